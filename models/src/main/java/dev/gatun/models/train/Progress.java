package dev.gatun.models.train;

import java.util.Map;

/**
 * Where a run stands after a step.
 *
 * @param step number of steps done
 * @param steps number of steps in all
 * @param loss mean training loss of the step's batch, in nats
 * @param validation metrics by name; empty unless this step validated
 * @param learningRate of the step
 * @param gradientNorm of the step, before clipping
 * @param throughput units per second of late, validation left out
 * @param unit what throughput counts, in the singular
 * @param seconds of the run, validation and the time before it was resumed included
 */
public record Progress(
        long step,
        long steps,
        double loss,
        Map<String, Double> validation,
        double learningRate,
        double gradientNorm,
        double throughput,
        String unit,
        double seconds) {
    /** Whether this step validated. */
    public boolean validated() {
        return !validation.isEmpty();
    }

    /** Validation loss in nats; NaN unless this step validated. */
    public double validationLoss() {
        return validation.getOrDefault(Validation.LOSS, Double.NaN);
    }
}
