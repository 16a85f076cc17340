package dev.gatun.tools;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.models.data.image.ImageDataset;
import dev.gatun.models.data.image.ImageLoader;
import dev.gatun.models.data.image.ImageSubset;
import dev.gatun.models.data.image.LoaderSettings;
import dev.gatun.models.data.image.Normalization;
import dev.gatun.models.data.image.Part;
import dev.gatun.models.data.image.SyntheticDigits;
import dev.gatun.runtime.Backend;
import dev.gatun.runtime.Compiler;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the libraries tell their loggers, and that they print nothing by themselves. */
class LoggingTest {
    @TempDir
    Path dir;

    /** Work whose standard streams are listened to. */
    @FunctionalInterface
    private interface Work {
        void run() throws IOException;
    }

    /** What work wrote to standard output and standard error. */
    private record Said(String out, String err) {}

    private static Said said(String level, Work work) throws IOException {
        PrintStream out = System.out;
        PrintStream err = System.err;
        ByteArrayOutputStream toOut = new ByteArrayOutputStream();
        ByteArrayOutputStream toErr = new ByteArrayOutputStream();
        System.setOut(new PrintStream(toOut, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(toErr, true, StandardCharsets.UTF_8));
        if (level != null) System.setProperty(CommandLoggers.LEVEL, level);
        try {
            work.run();
        } finally {
            System.setOut(out);
            System.setErr(err);
            System.clearProperty(CommandLoggers.LEVEL);
        }
        return new Said(toOut.toString(StandardCharsets.UTF_8), toErr.toString(StandardCharsets.UTF_8));
    }

    private void train(String backend, String... flags) throws IOException {
        Path verse = Files.writeString(dir.resolve("verse.txt"), "the quick brown fox jumps over the lazy dog.\n".repeat(60));
        StringWriter err = new StringWriter();
        String[] args = {"train", "gpt", "--layers", "1", "--heads", "2", "--width", "16", "--context", "12", "--batch", "2", "--steps", "2", "--threads", "1",
            "--backend", backend, "--data", verse.toString(), "--overwrite", "--out", dir.resolve("run").toString()};
        String[] all = Stream.of(args, flags).flatMap(Arrays::stream).toArray(String[]::new);
        int code = Gatun.run(new PrintWriter(new StringWriter()), new PrintWriter(err, true), all);
        assertThat(code).as(err.toString()).isZero();
    }

    @Test
    void theCommandIsSilentUnlessItIsAskedToTell() throws IOException {
        assertThat(said(null, () -> train("reference"))).isEqualTo(new Said("", ""));
        Said verbose = said(null, () -> train("simd", "--verbose"));
        assertThat(verbose.out()).isEmpty();
        assertThat(verbose.err().lines()).allMatch(l -> l.matches("debug dev\\.gatun\\.(compile|backend|train): .+"))
                .anyMatch(l -> l.matches("debug dev.gatun.compile: compiled train, evaluate, prefill, decode in \\d+ ms: .*fuse of all \\d+ ms.*"))
                .anyMatch(l -> l.contains("dev.gatun.backend: backend simd: generated Vector API loops"))
                .anyMatch(l -> l.contains("dev.gatun.train: training gpt on ") && l.endsWith("from step 0 to 2"))
                .anyMatch(l -> l.matches(".*dev.gatun.train: checkpoint of step 2 saved in .*step-000002"))
                .anyMatch(l -> l.endsWith("dev.gatun.train: training ended after step 2: finished"));
        assertThat(System.getProperty(CommandLoggers.LEVEL)).as("for this start of the command only").isNull();
        assertThat(Files.readString(dir.resolve("run/config.json"))).as("not a flag of the run").doesNotContain("--verbose");
        assertThat(said("info", () -> train("reference"))).isEqualTo(new Said("", ""));
    }

    @Test
    void otherLoggersAndOtherLevelsStayOff() throws IOException {
        assertThat(said("warning", () -> {
            System.getLogger("dev.gatun.backend").log(System.Logger.Level.INFO, "not this");
            System.getLogger("java.something").log(System.Logger.Level.ERROR, "nor this");
            System.getLogger("dev.gatun.backend").log(System.Logger.Level.WARNING, "but {0}", "this");
        })).isEqualTo(new Said("", "warning dev.gatun.backend: but this" + System.lineSeparator()));
        assertThat(said("loud", () -> System.getLogger("dev.gatun.backend").log(System.Logger.Level.ERROR, "no such level"))).isEqualTo(new Said("", ""));
        assertThat(said("debug", () -> new Compiler(Backend.REFERENCE, 1).close()).err()).contains("debug dev.gatun.backend: backend reference: ");
    }

    @Test
    void trainingThatWaitsForImagesIsTold() throws IOException {
        assertThat(said("warning", () -> {
            try (ImageDataset digits = SyntheticDigits.draw(Part.TRAIN, 64, 1)) {
                ImageSubset all = digits.all();
                try (ImageLoader loader = new ImageLoader(all, Normalization.of(all), LoaderSettings.training(32, 1))) {
                    for (int i = 0; i < 400; i++) loader.next(); // nothing is done with them
                }
            }
        }).err()).matches("(?s)warning dev.gatun.data: training waits for images of .+ in \\d+% of its time: use more workers than 1, .*").hasLineCount(1);
    }
}
