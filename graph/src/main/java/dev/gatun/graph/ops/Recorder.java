package dev.gatun.graph.ops;

import dev.gatun.graph.types.TensorType;
import java.util.List;
import java.util.function.Function;

/** What tensors write to: the trace under way. Bound for a scope, never global. */
public interface Recorder {
    /** The recorder of the scope under way; unbound outside a trace. */
    ScopedValue<Recorder> CURRENT = ScopedValue.newInstance();

    /**
     * Adds one node and returns its results.
     *
     * @throws dev.gatun.graph.types.TypeException when the op refuses its operands
     */
    List<Tensor> record(Op op, List<Tensor> operands);

    /**
     * Records a body.
     *
     * @param body the recorded graph
     * @param captured tensors from outside that it uses; they are its last parameters
     */
    record Nested(Body body, List<Tensor> captured) {}

    /**
     * Records code as a graph of its own, which becomes the trace under way meanwhile.
     *
     * @param parameters types of what it is given
     * @param code computes the results
     */
    Nested nest(List<TensorType> parameters, Function<List<Tensor>, List<Tensor>> code);

    /** The trace under way. */
    static Recorder current() {
        if (!CURRENT.isBound()) {
            throw new IllegalStateException("no trace under way: tensors exist only inside Tracer.trace(...)");
        }
        return CURRENT.get();
    }
}
