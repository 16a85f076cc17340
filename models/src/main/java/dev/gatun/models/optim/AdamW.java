package dev.gatun.models.optim;

import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.trace.Tracer;
import java.util.List;

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter, 2019) and bias correction. States:
 * {@code optimizer.m.<parameter>} and {@code optimizer.v.<parameter>}, the running means of the gradient and of its
 * square.
 *
 * @param beta1 weight of the past in the mean of gradients, in [0,1)
 * @param beta2 weight of the past in the mean of squares, in [0,1)
 * @param epsilon added to the root of the mean of squares
 * @param weightDecay share of a parameter taken away per step, times the learning rate
 * @param decayVectors also decay parameters of rank 0 and 1: biases, and weights of norms
 */
public record AdamW(double beta1, double beta2, double epsilon, double weightDecay, boolean decayVectors)
        implements Optimizer {
    public AdamW {
        Checks.fraction("beta1", beta1);
        Checks.fraction("beta2", beta2);
        Checks.atLeastZero("epsilon", epsilon);
        Checks.atLeastZero("weight decay", weightDecay);
    }

    /** The usual settings: betas 0.9 and 0.999, epsilon 1e-8, every parameter decays by 0.01. */
    public static AdamW standard() {
        return new AdamW(0.9, 0.999, 1e-8, 0.01, true);
    }

    @Override
    public Optimizer withWeightDecay(double weightDecay) {
        return new AdamW(beta1, beta2, epsilon, weightDecay, decayVectors);
    }

    @Override
    public void update(Tracer tracer, List<Trained> parameters, Tensor learningRate, Tensor step) {
        Tensor scale1 = correction(step, beta1); // 1 - beta1^step
        Tensor scale2 = correction(step, beta2).sqrt();
        for (Trained p : parameters) {
            String mean = "optimizer.m." + p.name();
            String square = "optimizer.v." + p.name();
            Tensor g = p.gradient();
            Tensor m = tracer.state(mean, p.value().type()).mul(beta1).add(g.mul(1 - beta1));
            Tensor v = tracer.state(square, p.value().type()).mul(beta2).add(g.mul(g).mul(1 - beta2));
            Tensor direction = m.div(v.sqrt().div(scale2).add(epsilon));
            double decay = decayVectors || p.value().type().rank() > 1 ? weightDecay : 0;
            Tensor kept = decay == 0 ? p.value() : p.value().mul(learningRate.mul(-decay).add(1));
            tracer.update(p.name(), kept.sub(direction.mul(learningRate.div(scale1))));
            tracer.update(mean, m);
            tracer.update(square, v);
        }
    }

    /**
     * {@code 1 - beta^step} without the cancellation that takes half of its digits at the first steps: with
     * {@code x = -step log(beta)} it is {@code 1 - exp(-x) = 2t / (1 + t)}, {@code t = tanh(x/2)}.
     */
    private static Tensor correction(Tensor step, double beta) {
        if (beta == 0) return step.zero().add(1);
        Tensor t = step.mul(-Math.log(beta) / 2).tanh();
        return t.mul(2).div(t.add(1));
    }
}
