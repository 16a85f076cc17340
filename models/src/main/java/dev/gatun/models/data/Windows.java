package dev.gatun.models.data;

import dev.gatun.graph.ops.Philox;

/**
 * All runs of {@code context} tokens in a stretch of a sequence, each with the tokens that follow as targets.
 *
 * @param tokens the sequence
 * @param from first token of the stretch
 * @param to end of the stretch
 * @param context tokens in a window
 */
public record Windows(TokenSequence tokens, long from, long to, int context) implements TokenWindows {
    private static final int STREAM = 0x62617463; // "batc": tells these draws apart from others under one seed

    /** Checks that at least one window fits. */
    public Windows {
        if (from < 0 || to > tokens.length() || to - from < context + 1L || context < 1) {
            throw new IllegalArgumentException("no window of " + context + " tokens and a target fits into " + from + ".." + to);
        }
    }

    /** Number of windows. */
    public long count() {
        return to - from - context;
    }

    @Override
    public long length() {
        return to - from;
    }

    @Override
    public void draw(long seed, long step, int part, int parts, int[] ids, int[] targets) {
        draw(seed, step, part * rows(ids, targets), ids, targets);
    }

    /**
     * Draws a batch. It depends on seed and step alone, so a resumed run goes on exactly as it would have. Several calls
     * with one step and their first rows one after another draw the parts of a larger batch.
     *
     * @param first number of the first row in the step's batch
     * @param ids filled with {@code [batch, context]} tokens
     * @param targets filled with the tokens that follow them; of the same length
     */
    public void draw(long seed, long step, int first, int[] ids, int[] targets) {
        int lo = (int) seed;
        int hi = (int) (seed >>> 32);
        for (int row = 0; row < rows(ids, targets); row++) {
            long a = Philox.word((int) step, (int) (step >>> 32), first + row, STREAM, lo, hi, 0) & 0xFFFFFFFFL;
            long b = Philox.word((int) step, (int) (step >>> 32), first + row, STREAM, lo, hi, 1) & 0xFFFFFFFFL;
            copy(Math.unsignedMultiplyHigh(a << 32 | b, count()), row, ids, targets);
        }
    }

    @Override
    public void fixed(int batch, int batches, int[] ids, int[] targets) {
        int rows = rows(ids, targets);
        long windows = (long) batches * rows;
        for (int row = 0; row < rows; row++) {
            long i = (long) batch * rows + row;
            copy(windows == 1 ? 0 : (long) ((double) i / (windows - 1) * (count() - 1)), row, ids, targets);
        }
    }

    private int rows(int[] ids, int[] targets) {
        if (ids.length == 0 || ids.length % context != 0 || ids.length != targets.length) {
            throw new IllegalArgumentException("a batch of windows of " + context + " needs two arrays of a multiple of that, got "
                    + ids.length + " and " + targets.length);
        }
        return ids.length / context;
    }

    private void copy(long window, int row, int[] ids, int[] targets) {
        tokens.read(from + window, ids, row * context, context);
        tokens.read(from + window + 1, targets, row * context, context);
    }
}
