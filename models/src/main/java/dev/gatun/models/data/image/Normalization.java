package dev.gatun.models.data.image;

import java.util.ArrayList;
import java.util.List;

/**
 * Turns a byte {@code p} of channel {@code c} into {@code (p / 255 - mean[c]) / std[c]}.
 *
 * @param mean of each channel, where white is 1
 * @param std standard deviation of each channel, above 0
 */
public record Normalization(List<Float> mean, List<Float> std) {
    /** Checks and copies. */
    public Normalization {
        mean = List.copyOf(mean);
        std = List.copyOf(std);
        if (mean.isEmpty() || mean.size() != std.size()) {
            throw new IllegalArgumentException("a mean and a deviation are needed for each channel, got " + mean.size() + " and " + std.size());
        }
        for (int c = 0; c < mean.size(); c++) {
            if (!Float.isFinite(mean.get(c)) || !Float.isFinite(std.get(c)) || !(std.get(c) > 0)) {
                throw new IllegalArgumentException("channel " + c + " has mean " + mean.get(c) + " and deviation " + std.get(c)
                        + ": they must be finite, and the deviation above 0");
            }
        }
    }

    /** Bytes scaled to [0,1] and nothing else. */
    public static Normalization none(int channels) {
        return new Normalization(java.util.Collections.nCopies(channels, 0f), java.util.Collections.nCopies(channels, 1f));
    }

    /** Mean and deviation of some images; a channel that is constant gets a deviation of 1. */
    public static Normalization of(ImageSubset images) {
        ImageDataset data = images.dataset();
        int channels = data.channels();
        byte[] bytes = new byte[data.imageBytes()];
        long[] sum = new long[channels]; // exact: a byte squared has 16 bits
        long[] squares = new long[channels];
        for (int i = 0; i < images.count(); i++) {
            data.read(images.image(i), bytes);
            for (int c = 0; c < channels; c++) {
                long s = 0;
                long q = 0;
                for (int p = c; p < bytes.length; p += channels) {
                    int v = bytes[p] & 0xFF;
                    s += v;
                    q += v * v;
                }
                sum[c] += s;
                squares[c] += q;
            }
        }
        double n = (double) images.count() * data.height() * data.width();
        List<Float> mean = new ArrayList<>();
        List<Float> std = new ArrayList<>();
        for (int c = 0; c < channels; c++) {
            double m = sum[c] / n;
            double variance = squares[c] / n - m * m;
            mean.add((float) (m / 255));
            std.add(variance < 1e-6 ? 1f : (float) (Math.sqrt(variance) / 255));
        }
        return new Normalization(mean, std);
    }

    /** Means where white is 255. */
    float[] byteMeans() {
        float[] m = new float[mean.size()];
        for (int c = 0; c < m.length; c++) m[c] = mean.get(c) * 255;
        return m;
    }

    /** What a byte's value is multiplied by. */
    float[] scales() {
        float[] s = new float[std.size()];
        for (int c = 0; c < s.length; c++) s[c] = 1 / (255 * std.get(c));
        return s;
    }
}
