package dev.gatun.models.optim;

import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.trace.Tracer;
import java.util.List;

/** Records the update of a model's parameters. What it remembers is state of the graph, named {@code optimizer.*}. */
public interface Optimizer {
    /**
     * Records new values of all parameters.
     *
     * @param tracer the trace under way
     * @param parameters with gradients
     * @param learningRate f32 scalar
     * @param step number of this step as an f32 scalar, the first being 1
     */
    void update(Tracer tracer, List<Trained> parameters, Tensor learningRate, Tensor step);

    /** The same with another weight decay, in its own sense. */
    Optimizer withWeightDecay(double weightDecay);
}
