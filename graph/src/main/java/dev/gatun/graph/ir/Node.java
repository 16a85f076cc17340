package dev.gatun.graph.ir;

import dev.gatun.graph.ops.Op;
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

    /** The only (or first) result. */
    public Value result() {
        return results.getFirst();
    }
}
