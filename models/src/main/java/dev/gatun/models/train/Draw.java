package dev.gatun.models.train;

/**
 * Which batch a training step sees. Its content depends on these numbers alone, so a resumed run goes on exactly as it
 * would have.
 *
 * @param seed of the run
 * @param step from 1
 * @param part of the step, from 0, when its gradient is accumulated over several batches
 * @param parts batches in a step
 */
public record Draw(long seed, long step, int part, int parts) {
    public Draw {
        if (step < 1 || parts < 1 || part < 0 || part >= parts) {
            throw new IllegalArgumentException("steps count from 1 and parts from 0, got step " + step + " and part " + part + " of " + parts);
        }
    }

    /** Number of the batch from the start of training, from 0. */
    public long batch() {
        return Math.addExact(Math.multiplyExact(step - 1, (long) parts), part);
    }
}
