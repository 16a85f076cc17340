package dev.gatun.graph.passes;

import dev.gatun.graph.ir.Node;
import dev.gatun.graph.ops.Constant;
import dev.gatun.graph.ops.Op;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.TensorType;
import java.util.List;

/**
 * What is known of values while a graph is recorded anew.
 *
 * @param tracer records it
 */
record Known(Tracer tracer) {
    /** The node that defines a value; {@code null} for an input. */
    Node node(Tensor x) {
        int n = tracer.definedBy(x.id());
        return n < 0 ? null : tracer.node(n);
    }

    /** The node that defines a value, if it has a given op; else {@code null}. */
    Node node(Tensor x, Class<? extends Op> op) {
        return node(x) instanceof Node n && op.isInstance(n.op()) ? n : null;
    }

    /** Operand {@code i} of a node. */
    Tensor operand(Node n, int i) {
        return tracer.tensor(n.operands().get(i));
    }

    /** The first operand of the node that defines a value, if it has a given op; else {@code null}. */
    Tensor of(Tensor x, Class<? extends Op> op) {
        return node(x, op) instanceof Node n ? operand(n, 0) : null;
    }

    /** The number that a value is filled with; {@code null} for another value. */
    Double constant(Tensor x) {
        return node(x) instanceof Node n && n.op() instanceof Constant c ? (Double) c.value() : null;
    }

    /** Whether a value is filled with a number. The zeros are one number here. */
    boolean is(Tensor x, double value) {
        Double c = constant(x);
        return c != null && c == value;
    }

    /** A value filled with a number. */
    Tensor filled(TensorType type, double value) {
        return tracer.record(new Constant(type, value), List.of()).getFirst();
    }
}
