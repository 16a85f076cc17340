package dev.gatun.models.data.features;

import dev.gatun.graph.ops.Philox;

/**
 * Hides random stretches of time and of bands (Park et al., 2019). What is hidden becomes 0, the mean of standardized
 * examples. Rows are time, columns are bands.
 *
 * @param timeMasks stretches of time
 * @param longest rows of one at most
 * @param bandMasks stretches of bands
 * @param widest columns of one at most
 */
public record SpecAugment(int timeMasks, int longest, int bandMasks, int widest) {
    private static final int STREAM = 0x73706563; // "spec"

    public SpecAugment {
        if (timeMasks < 0 || longest < 0 || bandMasks < 0 || widest < 0) throw new IllegalArgumentException("masks must not be negative");
    }

    /** Hides nothing. */
    public static SpecAugment none() {
        return new SpecAugment(0, 0, 0, 0);
    }

    /** What is hidden, in words. */
    public String text() {
        String time = timeMasks == 0 ? "" : timeMasks + " x up to " + longest + " of time";
        String band = bandMasks == 0 ? "" : bandMasks + " x up to " + widest + " bands";
        return time.isEmpty() && band.isEmpty() ? "nothing" : time + (time.isEmpty() || band.isEmpty() ? "" : ", ") + band;
    }

    /**
     * Hides parts of an example; the same seed and number hide the same.
     *
     * @param grid gets zeros: {@code [rows, columns, channels]} from {@code at} on
     * @param number of the example in training
     */
    public void apply(float[] grid, int at, int rows, int columns, int channels, long seed, long number) {
        int word = 0;
        for (int m = 0; m < timeMasks; m++) {
            int count = draw(seed, number, word++, Math.min(longest, rows) + 1);
            int first = draw(seed, number, word++, rows - count + 1);
            for (int i = first * columns * channels; i < (first + count) * columns * channels; i++) grid[at + i] = 0;
        }
        for (int m = 0; m < bandMasks; m++) {
            int count = draw(seed, number, word++, Math.min(widest, columns) + 1);
            int first = draw(seed, number, word++, columns - count + 1);
            for (int r = 0; r < rows; r++) {
                int from = at + (r * columns + first) * channels;
                for (int i = 0; i < count * channels; i++) grid[from + i] = 0;
            }
        }
    }

    /** A whole number below a bound. */
    private static int draw(long seed, long number, int word, int bound) {
        long x = Philox.word((int) number, (int) (number >>> 32), word, STREAM, (int) seed, (int) (seed >>> 32), 0) & 0xFFFFFFFFL;
        return (int) (x * bound >>> 32);
    }
}
