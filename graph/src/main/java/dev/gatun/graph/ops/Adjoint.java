package dev.gatun.graph.ops;

import java.util.List;

/**
 * A node seen from its results, while gradients flow backward through it.
 *
 * @param operands what the node consumed
 * @param results what it produced
 * @param cotangents gradient of the loss for each result; {@code null} where nothing depends on that result
 * @param wanted for each operand, whether its gradient is of use
 * @param pullback differentiates recorded values further
 */
public record Adjoint(
        List<Tensor> operands,
        List<Tensor> results,
        List<Tensor> cotangents,
        List<Boolean> wanted,
        Pullback pullback) {

    public Tensor operand(int i) {
        return operands.get(i);
    }

    /** The only (or first) result. */
    public Tensor result() {
        return results.getFirst();
    }

    /** Gradient of the only (or first) result. */
    public Tensor cotangent() {
        return cotangents.getFirst();
    }

    /** Whether operand {@code i} leads to something that a gradient was asked for. */
    public boolean wants(int i) {
        return wanted.get(i);
    }

    /** Gradients of the operands when the same results are computed as {@code outputs}. */
    public List<Tensor> through(List<Tensor> outputs) {
        return pullback.pull(outputs, cotangents, operands);
    }
}
