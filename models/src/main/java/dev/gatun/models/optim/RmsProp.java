package dev.gatun.models.optim;

import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.trace.Tracer;
import java.util.List;

/**
 * Gradients divided by the root of the running mean of their squares (Tieleman and Hinton, 2012):
 * {@code v = alpha v + (1 - alpha) g^2}, {@code u = momentum u + g / (sqrt(v) + epsilon)}, {@code x = x - rate u}.
 * States: {@code optimizer.v.<parameter>} and, with momentum, {@code optimizer.momentum.<parameter>}.
 *
 * @param alpha weight of the past in the mean of squares, in [0,1)
 * @param epsilon added to the root
 * @param momentum weight of past steps, in [0,1)
 * @param weightDecay times the parameter, added to its gradient
 */
public record RmsProp(double alpha, double epsilon, double momentum, double weightDecay) implements Optimizer {
    public RmsProp {
        Checks.fraction("alpha", alpha);
        Checks.atLeastZero("epsilon", epsilon);
        Checks.fraction("momentum", momentum);
        Checks.atLeastZero("weight decay", weightDecay);
    }

    /** The usual settings: alpha 0.99, epsilon 1e-8, neither momentum nor decay. */
    public static RmsProp standard() {
        return new RmsProp(0.99, 1e-8, 0, 0);
    }

    @Override
    public Optimizer withWeightDecay(double weightDecay) {
        return new RmsProp(alpha, epsilon, momentum, weightDecay);
    }

    @Override
    public void update(Tracer tracer, List<Trained> parameters, Tensor learningRate, Tensor step) {
        for (Trained p : parameters) {
            Tensor g = weightDecay == 0 ? p.gradient() : p.gradient().add(p.value().mul(weightDecay));
            String square = "optimizer.v." + p.name();
            Tensor v = tracer.state(square, p.value().type()).mul(alpha).add(g.mul(g).mul(1 - alpha));
            Tensor direction = g.div(v.sqrt().add(epsilon));
            if (momentum > 0) {
                String past = "optimizer.momentum." + p.name();
                direction = tracer.state(past, p.value().type()).mul(momentum).add(direction);
                tracer.update(past, direction);
            }
            tracer.update(p.name(), p.value().sub(direction.mul(learningRate)));
            tracer.update(square, v);
        }
    }
}
