package dev.gatun.models.optim;

import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.trace.Tracer;
import java.util.List;

/**
 * Stochastic gradient descent. With momentum, {@code u = momentum * u + g} and the step goes along {@code u}, or, after
 * Nesterov, along {@code g + momentum * u} (Sutskever et al., 2013). State: {@code optimizer.momentum.<parameter>}.
 *
 * @param momentum weight of past steps, in [0,1)
 * @param nesterov look ahead along the momentum
 * @param weightDecay times the parameter, added to its gradient
 */
public record Sgd(double momentum, boolean nesterov, double weightDecay) implements Optimizer {
    public Sgd {
        Checks.fraction("momentum", momentum);
        Checks.atLeastZero("weight decay", weightDecay);
        if (nesterov && momentum == 0) throw new IllegalArgumentException("Nesterov's form needs a momentum above 0");
    }

    @Override
    public Optimizer withWeightDecay(double weightDecay) {
        return new Sgd(momentum, nesterov, weightDecay);
    }

    @Override
    public void update(Tracer tracer, List<Trained> parameters, Tensor learningRate, Tensor step) {
        for (Trained p : parameters) {
            Tensor g = weightDecay == 0 ? p.gradient() : p.gradient().add(p.value().mul(weightDecay));
            Tensor direction = g;
            if (momentum > 0) {
                String name = "optimizer.momentum." + p.name();
                Tensor u = tracer.state(name, p.value().type()).mul(momentum).add(g);
                tracer.update(name, u);
                direction = nesterov ? u.mul(momentum).add(g) : u;
            }
            tracer.update(p.name(), p.value().sub(direction.mul(learningRate)));
        }
    }
}
