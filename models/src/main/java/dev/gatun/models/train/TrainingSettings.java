package dev.gatun.models.train;

import dev.gatun.models.optim.LearningRate;
import dev.gatun.models.optim.Optimizer;

/**
 * How to train.
 *
 * @param steps number of steps
 * @param learningRate by step
 * @param optimizer how parameters change
 * @param clip bound of the gradients' global norm; 0 for none
 * @param seed of first weights, batches and dropout
 * @param evaluateEvery validation after every so many steps, and after the last
 * @param evaluateBatches batches of one validation
 */
public record TrainingSettings(
        int steps,
        LearningRate learningRate,
        Optimizer optimizer,
        double clip,
        long seed,
        int evaluateEvery,
        int evaluateBatches) {
    public TrainingSettings {
        atLeastOne("steps", steps);
        atLeastOne("evaluateEvery", evaluateEvery);
        atLeastOne("evaluateBatches", evaluateBatches);
        if (!(clip >= 0)) throw new IllegalArgumentException("clip must be at least 0, got " + clip);
    }

    private static void atLeastOne(String name, int value) {
        if (value < 1) throw new IllegalArgumentException(name + " must be at least 1, got " + value);
    }
}
