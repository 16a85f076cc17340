package dev.gatun.models.train;

/**
 * Where a run stands after a step.
 *
 * @param step number of steps done
 * @param steps number of steps in all
 * @param loss mean training loss of the step's batch, in nats
 * @param validationLoss in nats; NaN unless this step validated
 * @param learningRate of the step
 * @param gradientNorm of the step, before clipping
 * @param tokensPerSecond of late, validation left out
 * @param seconds since the run started, validation included
 */
public record Progress(
        long step,
        long steps,
        double loss,
        double validationLoss,
        double learningRate,
        double gradientNorm,
        double tokensPerSecond,
        double seconds) {
    /** Whether this step validated. */
    public boolean validated() {
        return !Double.isNaN(validationLoss);
    }
}
