package dev.gatun.models.optim;

/**
 * Learning rate by step, computed on the host and handed to the graph as a scalar. {@link Warmup} goes with each of the
 * others.
 */
public sealed interface LearningRate {
    /** Rate of step {@code step}, the first being 1, while validation goes well. */
    double at(long step);

    /**
     * Rate of a step.
     *
     * @param reductions how often validation has come to a standstill so far
     */
    default double at(long step, int reductions) {
        return at(step);
    }

    /** Validations without progress after which the rate is reduced; 0 for never. */
    default int patience() {
        return 0;
    }

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

    /** Falls along a line from {@code peak} to {@code floor} at step {@code steps} and stays there. */
    record Linear(double peak, double floor, long steps) implements LearningRate {
        public Linear {
            falling(peak, floor, steps, 0);
        }

        @Override
        public double at(long step) {
            return step >= steps ? floor : peak + (floor - peak) * step / steps;
        }
    }

    /**
     * Rises linearly to {@code peak} over {@code warmup} steps, then falls along half a cosine to {@code floor} at step
     * {@code steps} and stays there.
     */
    record Cosine(double peak, double floor, long warmup, long steps) implements LearningRate {
        public Cosine {
            falling(peak, floor, steps, warmup);
        }

        @Override
        public double at(long step) {
            if (step <= warmup) return peak * step / warmup;
            if (step >= steps) return floor;
            return alongCosine(peak, floor, (double) (step - warmup) / (steps - warmup));
        }
    }

    /**
     * One cycle (Smith and Topin, 2017): along half a cosine from {@code peak / 25} up to {@code peak} over the first
     * three tenths of the steps, then along another down to {@code peak / 250,000}, where it stays.
     */
    record OneCycle(double peak, long steps) implements LearningRate {
        private static final double RISE = 0.3;
        private static final double START = 1.0 / 25;
        private static final double END = START / 1e4;

        public OneCycle {
            falling(peak, 0, steps, 0);
        }

        @Override
        public double at(long step) {
            double top = Math.max(1, RISE * steps);
            if (step <= top) return alongCosine(peak * START, peak, step / top);
            return alongCosine(peak, peak * END, Math.min(1, (step - top) / (steps - top)));
        }
    }

    /** Starts at {@code start} and is multiplied by {@code factor} after every {@code every} steps. */
    record Steps(double start, double factor, long every) implements LearningRate {
        public Steps {
            positive("learning rate", start);
            reduction(factor);
            if (every < 1) throw new IllegalArgumentException("a schedule of steps needs at least 1 step to each, got " + every);
        }

        @Override
        public double at(long step) {
            return start * Math.pow(factor, (double) ((step - 1) / every));
        }
    }

    /** Starts at {@code start} and is multiplied by {@code factor} whenever {@code patience} validations brought no better loss. */
    record Plateau(double start, double factor, int patience) implements LearningRate {
        public Plateau {
            positive("learning rate", start);
            reduction(factor);
            if (patience < 1) throw new IllegalArgumentException("the schedule's patience must be at least 1 validation, got " + patience);
        }

        @Override
        public double at(long step) {
            return start;
        }

        @Override
        public double at(long step, int reductions) {
            return start * Math.pow(factor, reductions);
        }
    }

    /** Another schedule, times a factor that rises linearly to 1 over {@code steps} steps. */
    record Warmup(LearningRate then, long steps) implements LearningRate {
        public Warmup {
            if (steps < 0) throw new IllegalArgumentException("a warm-up has no negative number of steps, got " + steps);
        }

        private double factor(long step) {
            return step < steps ? (double) step / steps : 1;
        }

        @Override
        public double at(long step) {
            return then.at(step) * factor(step);
        }

        @Override
        public double at(long step, int reductions) {
            return then.at(step, reductions) * factor(step);
        }

        @Override
        public int patience() {
            return then.patience();
        }
    }

    private static double alongCosine(double from, double to, double done) {
        return to + 0.5 * (1 + Math.cos(Math.PI * done)) * (from - to);
    }

    private static void falling(double peak, double floor, long steps, long warmup) {
        positive("learning rate", peak);
        if (!(floor >= 0 && floor <= peak)) {
            throw new IllegalArgumentException("the learning rate's floor must lie in [0," + peak + "], got " + floor);
        }
        if (warmup < 0 || steps < 1) {
            throw new IllegalArgumentException("a schedule needs at least 1 step and no negative warm-up, got "
                    + steps + " and " + warmup);
        }
    }

    private static void reduction(double factor) {
        if (!(factor > 0 && factor < 1)) throw new IllegalArgumentException("the schedule's factor must lie in (0,1), got " + factor);
    }

    private static void positive(String name, double value) {
        if (!(value > 0) || Double.isInfinite(value)) {
            throw new IllegalArgumentException(name + " must be a number above 0, got " + value);
        }
    }
}
