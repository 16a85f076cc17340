package dev.gatun.models.train;

import dev.gatun.models.layers.ParameterTree;
import dev.gatun.models.optim.LearningRate;
import dev.gatun.models.optim.Optimizer;
import dev.gatun.models.optim.ParameterGroup;
import java.util.List;

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
 * @param parts batches in a step, whose gradients are averaged: a large batch in the memory of a small one
 * @param groups parameters that are trained otherwise than the rest
 * @param averaging weight of the past in the moving averages of the parameters that validation and saved weights use,
 *     0.999 for example; 0 for none
 * @param patience validations without a better loss after which the run ends, whose weights are then those of the best
 *     ({@link RunFolder#keepBest}); 0 for never, and the weights of the last step
 */
public record TrainingSettings(
        int steps,
        LearningRate learningRate,
        Optimizer optimizer,
        double clip,
        long seed,
        int evaluateEvery,
        int evaluateBatches,
        int parts,
        List<ParameterGroup> groups,
        double averaging,
        int patience) {
    public TrainingSettings {
        atLeastOne("steps", steps);
        atLeastOne("evaluateEvery", evaluateEvery);
        atLeastOne("evaluateBatches", evaluateBatches);
        atLeastOne("parts", parts);
        if (!(clip >= 0)) throw new IllegalArgumentException("clip must be at least 0, got " + clip);
        if (!(averaging >= 0 && averaging < 1)) throw new IllegalArgumentException("averaging must lie in [0,1), got " + averaging);
        if (patience < 0) throw new IllegalArgumentException("patience must be at least 0, got " + patience);
        groups = List.copyOf(groups);
    }

    /** With all parameters alike, one batch to a step, no averages and all steps. */
    public TrainingSettings(int steps, LearningRate learningRate, Optimizer optimizer, double clip, long seed, int evaluateEvery, int evaluateBatches) {
        this(steps, learningRate, optimizer, clip, seed, evaluateEvery, evaluateBatches, 1, List.of(), 0, 0);
    }

    /** The same with several batches to a step. */
    public TrainingSettings withParts(int parts) {
        return new TrainingSettings(steps, learningRate, optimizer, clip, seed, evaluateEvery, evaluateBatches, parts, groups, averaging, patience);
    }

    /** The same with groups of parameters; the first that fits a parameter counts. */
    public TrainingSettings withGroups(ParameterGroup... groups) {
        return new TrainingSettings(steps, learningRate, optimizer, clip, seed, evaluateEvery, evaluateBatches, parts, List.of(groups), averaging,
                patience);
    }

    /** The same with moving averages of the parameters. */
    public TrainingSettings withAveraging(double averaging) {
        return new TrainingSettings(steps, learningRate, optimizer, clip, seed, evaluateEvery, evaluateBatches, parts, groups, averaging, patience);
    }

    /** The same, ending after so many validations without a better loss. */
    public TrainingSettings withPatience(int patience) {
        return new TrainingSettings(steps, learningRate, optimizer, clip, seed, evaluateEvery, evaluateBatches, parts, groups, averaging, patience);
    }

    /**
     * Checks the groups against a model.
     *
     * @throws IllegalArgumentException for a group that no parameter belongs to, or when all parameters are frozen
     */
    public void check(ParameterTree parameters) {
        graph(parameters.drops()).members(parameters);
    }

    /** The graph of a step. */
    TrainingGraph graph(boolean dropout) {
        return new TrainingGraph(optimizer, clip, dropout, true, groups, parts, averaging);
    }

    private static void atLeastOne(String name, int value) {
        if (value < 1) throw new IllegalArgumentException(name + " must be at least 1, got " + value);
    }
}
