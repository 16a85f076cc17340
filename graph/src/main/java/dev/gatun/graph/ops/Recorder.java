package dev.gatun.graph.ops;

import java.util.List;

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

    /** The trace under way. */
    static Recorder current() {
        if (!CURRENT.isBound()) {
            throw new IllegalStateException("no trace under way: tensors exist only inside Tracer.trace(...)");
        }
        return CURRENT.get();
    }
}
