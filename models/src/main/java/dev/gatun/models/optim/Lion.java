package dev.gatun.models.optim;

import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.trace.Tracer;
import java.util.List;

/**
 * Steps along signs alone (Chen et al., "Symbolic discovery of optimization algorithms", 2023):
 * {@code c = beta1 m + (1 - beta1) g}, {@code x = x - rate (sign(c) + decay x)}, {@code m = beta2 m + (1 - beta2) g}.
 * It wants a learning rate three to ten times smaller than {@link AdamW}'s, and a decay as much larger. State:
 * {@code optimizer.m.<parameter>}.
 *
 * @param beta1 weight of the past in the direction, in [0,1)
 * @param beta2 weight of the past in the mean of gradients, in [0,1)
 * @param weightDecay share of a parameter taken away per step, times the learning rate
 */
public record Lion(double beta1, double beta2, double weightDecay) implements Optimizer {
    public Lion {
        Checks.fraction("beta1", beta1);
        Checks.fraction("beta2", beta2);
        Checks.atLeastZero("weight decay", weightDecay);
    }

    /** The usual settings: betas 0.9 and 0.99, no decay. */
    public static Lion standard() {
        return new Lion(0.9, 0.99, 0);
    }

    @Override
    public Optimizer withWeightDecay(double weightDecay) {
        return new Lion(beta1, beta2, weightDecay);
    }

    @Override
    public void update(Tracer tracer, List<Trained> parameters, Tensor learningRate, Tensor step) {
        for (Trained p : parameters) {
            String mean = "optimizer.m." + p.name();
            Tensor m = tracer.state(mean, p.value().type());
            Tensor g = p.gradient();
            Tensor direction = sign(m.mul(beta1).add(g.mul(1 - beta1)));
            if (weightDecay > 0) direction = direction.add(p.value().mul(weightDecay));
            tracer.update(p.name(), p.value().sub(direction.mul(learningRate)));
            tracer.update(mean, m.mul(beta2).add(g.mul(1 - beta2)));
        }
    }

    /** -1, 0 or 1. */
    private static Tensor sign(Tensor x) {
        Tensor zero = x.zero();
        Tensor one = zero.add(1);
        return Tensor.select(zero.less(x), one, Tensor.select(x.less(zero), one.neg(), zero));
    }
}
