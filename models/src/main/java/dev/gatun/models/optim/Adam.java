package dev.gatun.models.optim;

import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.trace.Tracer;
import java.util.List;

/**
 * Adam (Kingma and Ba, 2015) with bias correction; weight decay is part of the gradient, where {@link AdamW} keeps it
 * apart. States: {@code optimizer.m.<parameter>} and {@code optimizer.v.<parameter>}, the running means of the gradient
 * and of its square.
 *
 * @param beta1 weight of the past in the mean of gradients, in [0,1)
 * @param beta2 weight of the past in the mean of squares, in [0,1)
 * @param epsilon added to the root of the mean of squares
 * @param weightDecay times the parameter, added to its gradient
 */
public record Adam(double beta1, double beta2, double epsilon, double weightDecay) implements Optimizer {
    public Adam {
        Checks.fraction("beta1", beta1);
        Checks.fraction("beta2", beta2);
        Checks.atLeastZero("epsilon", epsilon);
        Checks.atLeastZero("weight decay", weightDecay);
    }

    /** The usual settings: betas 0.9 and 0.999, epsilon 1e-8, no decay. */
    public static Adam standard() {
        return new Adam(0.9, 0.999, 1e-8, 0);
    }

    @Override
    public Optimizer withWeightDecay(double weightDecay) {
        return new Adam(beta1, beta2, epsilon, weightDecay);
    }

    @Override
    public void update(Tracer tracer, List<Trained> parameters, Tensor learningRate, Tensor step) {
        List<Trained> decayed = weightDecay == 0 ? parameters : parameters.stream()
                .map(p -> new Trained(p.name(), p.value(), p.gradient().add(p.value().mul(weightDecay))))
                .toList();
        new AdamW(beta1, beta2, epsilon, 0, true).update(tracer, decayed, learningRate, step);
    }
}
