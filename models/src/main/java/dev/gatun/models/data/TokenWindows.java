package dev.gatun.models.data;

/** Runs of {@code context} tokens, each with the tokens that follow as targets. */
public interface TokenWindows {
    /** Tokens in a window. */
    int context();

    /** Tokens in all windows together. */
    long length();

    /**
     * Draws a batch to train on. It depends on these numbers alone, so a resumed run goes on exactly as it would have.
     *
     * @param step of training, from 1
     * @param part of the step, from 0, when its gradient is accumulated over several batches
     * @param parts batches in a step
     * @param ids filled with {@code [batch, context]} tokens
     * @param targets filled with the tokens that follow them; of the same length
     */
    void draw(long seed, long step, int part, int parts, int[] ids, int[] targets);

    /**
     * Batch {@code batch} of a fixed set of {@code batches}, whose windows are spread evenly over all.
     *
     * @param ids filled with {@code [rows, context]} tokens
     * @param targets filled with the tokens that follow them; of the same length
     */
    void fixed(int batch, int batches, int[] ids, int[] targets);
}
