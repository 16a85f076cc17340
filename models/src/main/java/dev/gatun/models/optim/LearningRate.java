package dev.gatun.models.optim;

/** Learning rate by step, computed on the host and handed to the graph as a scalar. */
public sealed interface LearningRate {
    /** Rate of step {@code step}, the first being 1. */
    double at(long step);

    /** The same rate at every step. */
    record Constant(double rate) implements LearningRate {
        public Constant {
            positive("learning rate", rate);
        }

        @Override
        public double at(long step) {
            return rate;
        }
    }

    /**
     * Rises linearly to {@code peak} over {@code warmup} steps, then falls along half a cosine to {@code floor} at step
     * {@code steps} and stays there.
     */
    record Cosine(double peak, double floor, long warmup, long steps) implements LearningRate {
        public Cosine {
            positive("learning rate", peak);
            if (!(floor >= 0 && floor <= peak)) {
                throw new IllegalArgumentException("the learning rate's floor must lie in [0," + peak + "], got " + floor);
            }
            if (warmup < 0 || steps < 1) {
                throw new IllegalArgumentException("a schedule needs at least 1 step and no negative warm-up, got "
                        + steps + " and " + warmup);
            }
        }

        @Override
        public double at(long step) {
            if (step <= warmup) return peak * step / warmup;
            if (step >= steps) return floor;
            double done = (double) (step - warmup) / (steps - warmup);
            return floor + 0.5 * (1 + Math.cos(Math.PI * done)) * (peak - floor);
        }
    }

    private static void positive(String name, double value) {
        if (!(value > 0) || Double.isInfinite(value)) {
            throw new IllegalArgumentException(name + " must be a number above 0, got " + value);
        }
    }
}
