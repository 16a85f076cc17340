package dev.gatun.runtime;

import java.util.Arrays;

/**
 * A size that a model is compiled for, and how smaller inputs are filled up to it. Sequences are filled behind their end, and
 * a batch by sequences of length 0 behind its last.
 *
 * @param function name of the compiled function
 * @param batch sequences
 * @param time places of each
 */
public record Bucket(String function, int batch, int time) {
    /**
     * Sequences, filled up.
     *
     * @param sequences at most as many as the batch, none longer than the time
     * @param filling what stands where there is nothing
     * @return {@code [batch, time]}, row-major
     */
    public int[] filled(int[][] sequences, int filling) {
        check(sequences.length);
        int[] all = new int[batch * time];
        Arrays.fill(all, filling);
        for (int i = 0; i < sequences.length; i++) {
            System.arraycopy(sequences[i], 0, all, i * time, length(sequences[i].length, i));
        }
        return all;
    }

    /** For attention that must not see the filling: {@code [batch, time]}, 1 for what is there, 0 for filling. */
    public int[] mask(int... lengths) {
        check(lengths.length);
        int[] mask = new int[batch * time];
        for (int i = 0; i < lengths.length; i++) Arrays.fill(mask, i * time, i * time + length(lengths[i], i), 1);
        return mask;
    }

    /**
     * For the mean over what is there: {@code [batch, time]}, one over the number of all places that are there, 0 for filling.
     * The sum of losses times these is their mean.
     */
    public float[] weights(int... lengths) {
        check(lengths.length);
        float[] weights = new float[batch * time];
        long count = Math.max(1, Arrays.stream(lengths).asLongStream().sum());
        for (int i = 0; i < lengths.length; i++) Arrays.fill(weights, i * time, i * time + length(lengths[i], i), 1f / count);
        return weights;
    }

    private void check(int sequences) {
        if (sequences > batch) throw new IllegalArgumentException(sequences + " sequences do not fit into a bucket of " + batch);
    }

    private int length(int length, int sequence) {
        if (length < 0 || length > time) {
            throw new IllegalArgumentException("sequence " + sequence + " of length " + length + " does not fit into a bucket of " + time);
        }
        return length;
    }
}
