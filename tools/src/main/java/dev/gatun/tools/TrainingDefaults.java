package dev.gatun.tools;

import dev.gatun.models.optim.AdamW;
import dev.gatun.models.optim.Optimizer;
import dev.gatun.models.optim.OptimizerKind;
import dev.gatun.models.vision.ImagePreset;
import java.util.Locale;

/**
 * How a kind of model is trained where no flag says otherwise.
 *
 * @param steps number of steps; 0 where {@code epochs} says how long
 * @param epochs passes over the data, where steps do not say it
 * @param kind the optimizer by name
 * @param optimizer of that kind, which need not have its usual settings
 * @param weightDecay of the optimizer, and of another one that a flag chooses
 * @param learningRate highest learning rate
 * @param clip bound of the gradients' norm; 0 for none
 * @param rise share of the steps in which the learning rate rises
 * @param longestRise most steps of it
 * @param floor share of the highest learning rate that a cosine or a line ends at
 * @param evaluateBatches batches of one validation; {@link #ALL} for all validation data, once an epoch where epochs count
 */
record TrainingDefaults(int steps, int epochs, OptimizerKind kind, Optimizer optimizer, double weightDecay, double learningRate, double clip,
        double rise, int longestRise, double floor, int evaluateBatches) {
    /** More batches than there are. */
    static final int ALL = 1 << 24;

    private static final int SAMPLED = 24;

    static TrainingDefaults language(int steps, double learningRate, double weightDecay) {
        return new TrainingDefaults(steps, 0, OptimizerKind.ADAMW, new AdamW(0.9, 0.99, 1e-8, weightDecay, false), weightDecay, learningRate, 1,
                0.1, 100, 0.1, SAMPLED);
    }

    static TrainingDefaults images(ImagePreset p) {
        return new TrainingDefaults(0, p.epochs(), p.optimizer(), p.optimizer().of(p.weightDecay()), p.weightDecay(), p.learningRate(), 0,
                0.1, Integer.MAX_VALUE, 0, ALL);
    }

    static TrainingDefaults tables() {
        double decay = 1e-2;
        return new TrainingDefaults(2_000, 0, OptimizerKind.ADAMW, OptimizerKind.ADAMW.of(decay), decay, 2e-3, 1, 0.05, Integer.MAX_VALUE, 0.05, ALL);
    }

    /** One line for people. */
    String text() {
        return String.format(Locale.ROOT, "%s, %s, learning rate %s, weight decay %s, %s", steps > 0 ? steps + " steps" : epochs + " epochs",
                kind.name().toLowerCase(Locale.ROOT), learningRate, weightDecay, clip > 0 ? "clipped to " + (int) clip : "not clipped");
    }
}
