package dev.gatun.models.data.audio;

import dev.gatun.models.data.DataException;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;
import javax.sound.sampled.UnsupportedAudioFileException;

/** One channel of sound: samples from -1 to 1. */
public final class Sound {
    private static final long MOST_SAMPLES = 1L << 27;
    private static final int MOST_CHANNELS = 256;
    private static final int FRAMES = 1 << 12; // read at a time

    private final float[] samples;
    private final float rate;

    /**
     * A sound.
     *
     * @param samples from -1 to 1
     * @param rate samples in a second
     */
    public Sound(float[] samples, float rate) {
        if (!(rate > 0) || Float.isInfinite(rate)) throw new IllegalArgumentException("the rate must be a number above 0, got " + rate);
        this.samples = samples.clone();
        this.rate = rate;
    }

    /**
     * Reads a WAV file of whole numbers of 8, 16, 24 or 32 bits; several channels are averaged.
     *
     * @throws DataException naming the file when it is no such file, or holds nothing
     */
    public static Sound read(Path file) {
        if (!Files.isRegularFile(file)) throw new DataException(file + " does not exist: give a WAV file");
        try (AudioInputStream in = AudioSystem.getAudioInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
            AudioFormat f = in.getFormat();
            boolean signed = f.getEncoding().equals(AudioFormat.Encoding.PCM_SIGNED);
            boolean whole = signed || f.getEncoding().equals(AudioFormat.Encoding.PCM_UNSIGNED);
            int bytes = f.getSampleSizeInBits() / 8;
            if (!whole || f.getSampleSizeInBits() % 8 != 0 || bytes < 1 || bytes > 4) {
                throw new DataException(file + ": expected samples of 8, 16, 24 or 32 bits, found " + f);
            }
            if (f.getChannels() < 1 || f.getChannels() > MOST_CHANNELS || f.getFrameSize() != bytes * f.getChannels()) {
                throw new DataException(file + ": expected 1 to " + MOST_CHANNELS + " channels, found " + f);
            }
            byte[] all = read(in, (int) Math.min(Integer.MAX_VALUE - 8, MOST_SAMPLES * bytes), f.getFrameSize());
            int frames = all.length / (bytes * f.getChannels());
            if (in.getFrameLength() > frames) {
                throw new DataException(file + ": the file says that it has " + in.getFrameLength() + " samples and holds " + frames + ": it is cut, or too long");
            }
            if (frames == 0) throw new DataException(file + " holds no samples: the file is empty or cut");
            float[] samples = new float[frames];
            for (int i = 0; i < frames; i++) {
                double sum = 0;
                for (int c = 0; c < f.getChannels(); c++) sum += sample(all, (i * f.getChannels() + c) * bytes, bytes, signed, f.isBigEndian());
                samples[i] = (float) (sum / f.getChannels());
            }
            return new Sound(samples, f.getSampleRate());
        } catch (UnsupportedAudioFileException e) {
            throw new DataException(file + " is no WAV file that can be read", e);
        } catch (IOException e) {
            throw new DataException(file + " cannot be read: " + e.getMessage(), e);
        } catch (IllegalArgumentException | ArithmeticException | IndexOutOfBoundsException | NegativeArraySizeException e) {
            throw new DataException(file + " is a broken WAV file: " + e.getMessage(), e);
        }
    }

    /** All there is, up to a number of bytes. A stream of sound gives nothing, again and again, where a frame is cut. */
    private static byte[] read(AudioInputStream in, int most, int frame) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] some = new byte[FRAMES * frame];
        for (int n = in.read(some); n > 0 && all.size() <= most - some.length; n = in.read(some)) all.write(some, 0, n);
        return all.toByteArray();
    }

    private static double sample(byte[] all, int at, int bytes, boolean signed, boolean bigEndian) {
        long x = 0;
        for (int i = 0; i < bytes; i++) x |= (all[at + (bigEndian ? bytes - 1 - i : i)] & 0xFFL) << 8 * i;
        long half = 1L << 8 * bytes - 1;
        if (!signed) return (double) (x - half) / half;
        return (double) (x >= half ? x - 2 * half : x) / half;
    }

    /** The samples, copied. */
    public float[] samples() {
        return samples.clone();
    }

    /** Number of samples. */
    public int length() {
        return samples.length;
    }

    /** Samples in a second. */
    public float rate() {
        return rate;
    }

    float at(int i) {
        return samples[i];
    }
}
