package dev.gatun.models.optim;

/** Optimizers by name, in their usual settings. */
public enum OptimizerKind {
    /** {@link Sgd} with momentum 0.9 after Nesterov. */
    SGD(0.05) {
        @Override
        public Optimizer of(double weightDecay) {
            return new Sgd(0.9, true, weightDecay);
        }
    },
    /** {@link Adam}. */
    ADAM(1e-3) {
        @Override
        public Optimizer of(double weightDecay) {
            return new Adam(0.9, 0.999, 1e-8, weightDecay);
        }
    },
    /** {@link AdamW}; biases and norms do not decay. */
    ADAMW(1e-3) {
        @Override
        public Optimizer of(double weightDecay) {
            return new AdamW(0.9, 0.999, 1e-8, weightDecay, false);
        }
    },
    /** {@link RmsProp} without momentum. */
    RMSPROP(1e-3) {
        @Override
        public Optimizer of(double weightDecay) {
            return new RmsProp(0.99, 1e-8, 0, weightDecay);
        }
    },
    /** {@link Lion}. */
    LION(1e-4) {
        @Override
        public Optimizer of(double weightDecay) {
            return new Lion(0.9, 0.99, weightDecay);
        }
    };

    private final double learningRate;

    OptimizerKind(double learningRate) {
        this.learningRate = learningRate;
    }

    /** A learning rate to try first. */
    public double learningRate() {
        return learningRate;
    }

    /** The optimizer. */
    public abstract Optimizer of(double weightDecay);
}
