package dev.gatun.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.sound.sampled.AudioFileFormat;
import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Sounds and videos, as one types the commands. */
@Timeout(600)
class GridCommandsTest {
    private static final Pattern ACCURACY = Pattern.compile("\"accuracy\" *: *([0-9.]+)");

    @TempDir
    Path dir;

    private String out = "";
    private String err = "";

    private int gatun(Object... args) {
        StringWriter o = new StringWriter();
        StringWriter e = new StringWriter();
        int code = Gatun.run(new PrintWriter(o, true), new PrintWriter(e, true), Stream.of(args).map(String::valueOf).toArray(String[]::new));
        out = o.toString();
        err = e.toString();
        return code;
    }

    private void refused(int code, Object... expected) {
        assertThat(code).as(err + out).isEqualTo(2);
        assertThat(err.strip().lines()).hasSize(1);
        assertThat(err).contains(Stream.of(expected).map(String::valueOf).toArray(String[]::new)).doesNotContain("Exception");
    }

    private double accuracy(Object... more) {
        Object[] args = Stream.concat(Stream.of("eval", dir.resolve("run"), "--json", "--threads", 1), Stream.of(more)).toArray();
        assertThat(gatun(args)).as(err).isZero();
        Matcher m = ACCURACY.matcher(out);
        assertThat(m.find()).as(out).isTrue();
        return Double.parseDouble(m.group(1));
    }

    private Path tone(String name, int rate, double hertz, int samples) throws IOException {
        byte[] data = new byte[2 * samples];
        for (int i = 0; i < samples; i++) {
            int x = (int) (9_000 * Math.sin(2 * Math.PI * hertz * i / rate));
            data[2 * i] = (byte) x;
            data[2 * i + 1] = (byte) (x >> 8);
        }
        Path file = dir.resolve("in").resolve(name);
        Files.createDirectories(file.getParent());
        AudioFormat f = new AudioFormat(rate, 16, 1, true, false);
        AudioSystem.write(new AudioInputStream(new ByteArrayInputStream(data), f, samples), AudioFileFormat.Type.WAVE, file.toFile());
        return file;
    }

    private Path frames(String name, int from, int step) throws IOException {
        Path folder = Files.createDirectories(dir.resolve("in").resolve(name));
        for (int i = 0; i < 4; i++) {
            BufferedImage image = new BufferedImage(24, 16, BufferedImage.TYPE_INT_RGB);
            Graphics2D g = image.createGraphics();
            g.setColor(Color.WHITE);
            g.fillRect(from + step * i, 4, 6, 6);
            g.dispose();
            ImageIO.write(image, "png", folder.resolve("f" + i + ".png").toFile());
        }
        return folder;
    }

    @Test
    void syntheticSoundsAreToldApart() {
        assertThat(gatun("train", "audio", "--examples", 250, "--seconds", 0.3, "--bands", 16, "--batch", 16, "--steps", 100, "--threads", 1, "--out", dir.resolve("run"))).as(err).isZero();
        assertThat(out).contains("synthetic sounds (seed 1): 225 examples of 28x16x1 in 5 classes to train on, 25 to validate with", "hidden in each: 2 x up to 3 of time, 2 x up to 2 bands");
        assertThat(accuracy()).isGreaterThan(0.6); // by chance: 0.25 at most
        assertThat(dir.resolve("run").resolve("confusion.svg")).exists();
        refused(gatun("eval", dir.resolve("run"), "--invert"), "--invert", "WAV files");
    }

    @Test
    void syntheticMovementsAreToldApartAndTheRunGoesOn() throws IOException {
        Object[] train = {"train", "video", "--examples", 200, "--image-size", "16x16", "--frames", 4, "--batch", 16, "--threads", 1};
        assertThat(gatun(Stream.concat(Stream.of(train), Stream.of("--steps", 150, "--checkpoint-every", 75, "--out", dir.resolve("run"))).toArray())).as(err).isZero();
        assertThat(out).contains("synthetic movements (seed 1)", "16x16x4 in 4 classes", "hidden in each: nothing");
        assertThat(accuracy()).isGreaterThan(0.6); // by chance: 0.25 at most
        Path last = dir.resolve("run").resolve("checkpoints").resolve("step-000150");
        try (Stream<Path> files = Files.list(last)) {
            for (Path f : files.toList()) Files.delete(f);
        }
        Files.delete(last);
        assertThat(gatun("train", "video", "--resume", dir.resolve("run"))).as(err).isZero();
        assertThat(out).contains("resumed  at step 75 of 150");
    }

    @Test
    void filesAreReadTrainedOnAndPredicted() throws IOException {
        for (int i = 0; i < 6; i++) {
            tone("high/" + i + ".wav", 4_000, 1_200 + 20 * i, 900);
            tone("low/" + i + ".wav", 4_000, 300 + 20 * i, 900);
        }
        Path in = dir.resolve("in");
        Object[] train = {"train", "audio", "--data", in, "--seconds", 0.2, "--bands", 12, "--batch", 4, "--steps", 30, "--validation", 0.2, "--threads", 1, "--out", dir.resolve("run")};
        assertThat(gatun(train)).as(err).isZero();
        assertThat(accuracy("--data", in)).isGreaterThan(0.9);
        Path other = tone("../other.wav", 4_000, 1_250, 700);
        Path rate = tone("../rate.wav", 4_001, 1_250, 700);
        assertThat(gatun("predict", dir.resolve("run"), other, "--top", 1, "--threads", 1)).as(err).isZero();
        assertThat(out).contains("other.wav: high ").hasLineCount(1);
        refused(gatun("predict", dir.resolve("run"), rate), "rate.wav", "expected 4000 samples a second, found 4001");
        assertThat(gatun("predict", dir.resolve("run"), rate, other, "--skip-bad", "--threads", 1)).as(err).isZero();
        assertThat(out).contains("rate.wav: skipped:", "other.wav: high");
        refused(gatun("eval", dir.resolve("run")), "the model knows the classes [high, low]");
        refused(gatun("eval", dir.resolve("run"), "--format", "idx", "--data", in), "--format does not go with WAV files");
    }

    @Test
    void badSoundsAreNamedOrLeftOut() throws IOException {
        for (int i = 0; i < 4; i++) {
            tone("high/" + i + ".wav", 4_000, 1_200, 900);
            tone("low/" + i + ".wav", 4_000, 300, 900);
        }
        Path in = dir.resolve("in");
        Object[] train = {"train", "audio", "--data", in, "--seconds", 0.2, "--bands", 12, "--batch", 2, "--steps", 1, "--validation", 0.2, "--backend", "reference", "--out", dir.resolve("run")};
        Path bad = dir.resolve("in/low/bad.wav");
        byte[] whole = Files.readAllBytes(dir.resolve("in/low/1.wav"));
        Files.write(bad, Arrays.copyOf(whole, 300));
        refused(gatun(train), "bad.wav", "cut");
        Files.write(bad, new byte[0]);
        refused(gatun(train), "bad.wav");
        tone("low/bad.wav", 4_000, 300, 0);
        refused(gatun(train), "bad.wav", "no samples");
        tone("low/bad.wav", 44_100, 300, 900);
        refused(gatun(train), "bad.wav", "expected 4000 samples a second, found 44100");
        refused(gatun(Stream.concat(Stream.of(train), Stream.of("--rate", 7)).toArray()), "--rate", "400");
        Files.createDirectories(dir.resolve("in/none"));
        refused(gatun(train), "bad.wav");
        Files.delete(bad);
        refused(gatun(train), in.resolve("none"), "no WAV files");
        assertThat(dir.resolve("run")).doesNotExist();
        Files.write(bad, new byte[20]);
        assertThat(gatun(Stream.concat(Stream.of(train), Stream.of("--skip-bad")).toArray())).as(err).isZero();
        assertThat(out).contains("skipped  2 bad examples", "bad.wav");
    }

    @Test
    void badVideosAndFlagsAreNamed() throws IOException {
        for (int i = 0; i < 4; i++) {
            frames("left/" + i, 16 - i, -4);
            frames("right/" + i, i, 4);
        }
        Object[] train = {"train", "video", "--data", dir.resolve("in"), "--image-size", "12x12", "--frames", 4, "--batch", 2, "--steps", 1, "--validation", 0.2, "--backend", "reference",
                "--out", dir.resolve("run")};
        Files.writeString(dir.resolve("in/left/bad.gif"), "no pictures");
        refused(gatun(train), "bad.gif");
        Files.write(dir.resolve("in/left/bad.gif"), new byte[] {'G', 'I', 'F', '8', '9', 'a', 4, 0, 4, 0, 0, 0, 0, 0x2C});
        refused(gatun(train), "bad.gif");
        Files.delete(dir.resolve("in/left/bad.gif"));
        Files.createDirectories(dir.resolve("in/left/empty"));
        refused(gatun(train), "empty", "no pictures");
        assertThat(gatun(Stream.concat(Stream.of(train), Stream.of("--skip-bad")).toArray())).as(err).isZero();
        assertThat(out).contains("6 examples of 12x12x4 in 2 classes", "skipped  1 bad example ");
        assertThat(gatun("predict", dir.resolve("run"), dir.resolve("in/right/1"), "--backend", "reference")).as(err).isZero();
        assertThat(out).contains("left 0.", "right 0.");
        refused(gatun("train", "video", "--image-size", "12x"), "--image-size");
        refused(gatun("train", "video", "--image-size", "8x8"), "at least 12x12");
        refused(gatun("train", "video", "--validation", 1), "--validation");
        refused(gatun("train", "video", "--data", dir, "--examples", 5), "--examples");
        refused(gatun("train", "audio", "--seconds", 0), "--seconds");
        refused(gatun("train", "audio", "--network", "nothing"), "nothing");
    }
}
