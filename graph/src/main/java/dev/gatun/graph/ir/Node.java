package dev.gatun.graph.ir;

import dev.gatun.graph.ops.Op;
import dev.gatun.graph.types.TensorType;
import java.util.List;

/**
 * One application of an op.
 *
 * @param op the operation and its attributes
 * @param operands values it consumes
 * @param results values it defines
 * @param source the user's line that recorded it, {@code Gpt.java:46}; gradient nodes have their forward node's
 */
public record Node(Op op, List<Value> operands, List<Value> results, String source) {
    public Node {
        operands = List.copyOf(operands);
        results = List.copyOf(results);
    }

    /** Types of the operands. */
    public List<TensorType> operandTypes() {
        return types(operands);
    }

    /** Types of the results. */
    public List<TensorType> resultTypes() {
        return types(results);
    }

    private static List<TensorType> types(List<Value> values) {
        TensorType[] types = new TensorType[values.size()];
        for (int i = 0; i < types.length; i++) types[i] = values.get(i).type();
        return List.of(types);
    }

    /** The only (or first) result. */
    public Value result() {
        return results.getFirst();
    }
}
