package dev.gatun.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code gatun train gpt --resume}. */
class ResumeTest {
    @TempDir
    Path dir;

    private Path verse;
    private Path run;

    @BeforeEach
    void write() throws IOException {
        verse = Files.writeString(dir.resolve("verse.txt"), "the quick brown fox jumps over the lazy dog.\n".repeat(60));
        run = dir.resolve("run");
    }

    private record Result(int code, String out, String err) {}

    private static Result gatun(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Gatun.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
        return new Result(code, out.toString(), err.toString());
    }

    private Result train(String... more) {
        List<String> args = new ArrayList<>(List.of("train", "gpt", "--layers", "1", "--heads", "2", "--width", "16", "--context", "12",
                "--batch", "2", "--steps", "8", "--threads", "1", "--dropout", "0.1", "--data", verse.toString(), "--out", run.toString()));
        args.addAll(List.of(more));
        return gatun(args.toArray(String[]::new));
    }

    private void forget(String... checkpoints) throws IOException {
        for (String c : checkpoints) {
            try (var files = Files.list(run.resolve("checkpoints/" + c))) {
                for (Path f : files.toList()) Files.delete(f);
            }
            Files.delete(run.resolve("checkpoints/" + c));
        }
    }

    private List<String> losses() throws IOException {
        return Files.readAllLines(run.resolve("metrics.csv")).stream().map(l -> l.substring(0, l.lastIndexOf(',', l.lastIndexOf(',') - 1))).toList();
    }

    @Test
    void aRunGoesOnWithItsFlagsAsIfItHadNeverStopped() throws IOException {
        Result whole = train("--checkpoint-every", "3", "--keep", "3");
        assertThat(whole.code()).as(whole.err()).isZero();
        try (var names = Files.list(run.resolve("checkpoints"))) {
            assertThat(names.map(p -> p.getFileName().toString())).containsExactlyInAnyOrder("step-000003", "step-000006", "step-000008");
        }
        byte[] weights = Files.readAllBytes(run.resolve("weights.safetensors"));
        List<String> losses = losses();
        forget("step-000006", "step-000008");
        Result resumed = gatun("train", "gpt", "--resume", run.toString(), "--threads", "2");
        assertThat(resumed.code()).as(resumed.err()).isZero();
        assertThat(resumed.out()).contains("resumed  at step 3 of 8", "verse.txt", "--- sample ---");
        assertThat(Files.readAllBytes(run.resolve("weights.safetensors"))).isEqualTo(weights);
        assertThat(losses()).isEqualTo(losses).hasSize(9);
        Result finished = train("--resume");
        assertThat(finished.code()).as(finished.err()).isZero();
        assertThat(finished.out()).contains("resumed  at step 8 of 8");
        assertThat(losses()).isEqualTo(losses);
        Result other = gatun("train", "gpt", "--resume", run.toString(), "--batch", "3", "--seed", "4");
        assertThat(other.code()).isEqualTo(2);
        assertThat(other.err()).contains("another configuration", "training.batch was 2 and is 3", "training.seed was 1 and is 4").hasLineCount(1);
    }

    @Test
    void withoutARunToGoOnWithANewOneStarts() {
        Result fresh = train("--resume");
        assertThat(fresh.code()).as(fresh.err()).isZero();
        assertThat(fresh.out()).doesNotContain("resumed").contains("step 8/8");
    }

    @Test
    void flagsThatContradictEachOtherAreNamed() throws IOException {
        assertRefused(gatun("train", "gpt", "--resume"), "--resume needs the folder");
        assertRefused(gatun("train", "gpt", "--resume", dir.resolve("absent").toString()), "absent", "does not exist");
        assertRefused(gatun("train", "gpt", "--resume", run.toString(), "--out", run.toString()), "leave --out away");
        assertRefused(train("--resume", "--overwrite"), "--overwrite");
        assertRefused(train("--keep", "0"), "--keep must be at least 1");
        assertRefused(train("--checkpoint-every", "0"), "--checkpoint-every must be at least 1");
        Path foreign = Files.createDirectory(dir.resolve("foreign"));
        Files.writeString(foreign.resolve("config.json"), "{\"format\":\"gatun-run\",\"version\":1,\"model\":{},\"arguments\":[\"--speed=9\"]}");
        assertRefused(gatun("train", "gpt", "--resume", foreign.toString()), "--speed");
    }

    private void assertRefused(Result r, String... expected) {
        assertThat(r.code()).as(r.err()).isEqualTo(2);
        assertThat(r.err()).contains(expected).hasLineCount(1);
        assertThat(run).doesNotExist();
    }
}
