package dev.gatun.models.data.audio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.gatun.models.data.DataException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import javax.sound.sampled.AudioFileFormat;
import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AudioTest {
    @TempDir
    Path dir;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 8, 64, 512})
    void theTransformIsThatOfTheDefinition(int n) {
        Random random = new Random(n);
        double[] re = random.doubles(n, -1, 1).toArray();
        double[] im = random.doubles(n, -1, 1).toArray();
        double[] a = re.clone();
        double[] b = im.clone();
        new Fourier(n).transform(a, b);
        for (int k = 0; k < n; k++) {
            double x = 0;
            double y = 0;
            for (int t = 0; t < n; t++) {
                double angle = -2 * Math.PI * k * t / n;
                x += re[t] * Math.cos(angle) - im[t] * Math.sin(angle);
                y += re[t] * Math.sin(angle) + im[t] * Math.cos(angle);
            }
            assertThat(a[k]).isCloseTo(x, within(1e-10));
            assertThat(b[k]).isCloseTo(y, within(1e-10));
        }
    }

    private Path wav(String name, byte[] data, int bits, int channels, boolean signed) throws IOException {
        AudioFormat f = new AudioFormat(8_000, bits, channels, signed, false);
        Path file = dir.resolve(name);
        AudioSystem.write(new AudioInputStream(new ByteArrayInputStream(data), f, data.length / f.getFrameSize()), AudioFileFormat.Type.WAVE, file.toFile());
        return file;
    }

    @ParameterizedTest
    @CsvSource({"8, 1", "16, 1", "16, 2", "24, 1", "32, 2"})
    void samplesOfAnyWidthAreRead(int bits, int channels) throws IOException {
        int bytes = bits / 8;
        double[] wanted = {0, 0.5, -0.5, 0.25, -1};
        byte[] data = new byte[wanted.length * bytes * channels];
        for (int i = 0; i < wanted.length; i++) {
            long x = Math.round(wanted[i] * (1L << bits - 1)) + (bits == 8 ? 128 : 0);
            for (int c = 0; c < channels; c++) {
                for (int b = 0; b < bytes; b++) data[(i * channels + c) * bytes + b] = (byte) (x >> 8 * b);
            }
        }
        Sound s = Sound.read(wav("a.wav", data, bits, channels, bits > 8));
        assertThat(s.rate()).isEqualTo(8_000);
        assertThat(s.samples()).containsExactly(0, 0.5f, -0.5f, 0.25f, -1);
    }

    @Test
    void filesThatAreNoSoundAreNamed() throws IOException {
        assertThatThrownBy(() -> Sound.read(dir.resolve("absent.wav"))).isInstanceOf(DataException.class).hasMessageContaining("does not exist");
        Path text = Files.writeString(dir.resolve("text.wav"), "no sound at all, just some text that is long enough");
        assertThatThrownBy(() -> Sound.read(text)).isInstanceOf(DataException.class).hasMessageContaining("text.wav");
        Path empty = Files.createFile(dir.resolve("empty.wav"));
        assertThatThrownBy(() -> Sound.read(empty)).isInstanceOf(DataException.class).hasMessageContaining("empty.wav");
        byte[] sound = Files.readAllBytes(wav("a.wav", new byte[2_000], 16, 1, true));
        Random random = new Random(1);
        for (int i = 0; i < 400; i++) {
            byte[] bad = i % 2 == 0 ? Arrays.copyOf(sound, random.nextInt(sound.length)) : sound.clone();
            if (i % 2 == 1) bad[random.nextInt(44)] ^= (byte) (1 << random.nextInt(8));
            Path file = Files.write(dir.resolve("bad.wav"), bad);
            try {
                assertThat(Sound.read(file).length()).isBetween(1, 2_000);
            } catch (DataException e) {
                assertThat(e).hasMessageContaining("bad.wav");
            }
        }
    }

    private static Sound tone(double hertz, int samples) {
        float[] x = new float[samples];
        for (int i = 0; i < samples; i++) x[i] = (float) Math.sin(2 * Math.PI * hertz * i / 8_000);
        return new Sound(x, 8_000);
    }

    @Test
    void aToneIsLoudInItsBandOnly() {
        MelSpectrogram m = MelSpectrogram.of(8_000, 20);
        double[][] triangles = m.triangles(256);
        int previous = -1;
        for (double hertz : new double[] {200, 600, 1_200, 2_400}) {
            float[][] s = m.apply(tone(hertz, 4_000));
            assertThat(s).hasDimensions(m.frames(4_000), 20);
            int loudest = 0;
            for (int b = 1; b < 20; b++) {
                if (s[5][b] > s[5][loudest]) loudest = b;
            }
            assertThat(triangles[loudest][(int) Math.round(hertz / 8_000 * 256)]).isGreaterThan(0.3);
            assertThat(loudest).isGreaterThan(previous);
            previous = loudest;
        }
        float[][] silence = m.apply(new Sound(new float[10], 8_000));
        assertThat(silence).hasDimensions(1, 20);
        assertThat(silence[0][3]).isCloseTo((float) Math.log(1e-6), within(1e-4f));
        assertThatThrownBy(() -> m.apply(new Sound(new float[10], 16_000))).hasMessageContaining("8000 samples");
        assertThatThrownBy(() -> MelSpectrogram.of(8_000, 0)).hasMessageContaining("bands");
    }
}
