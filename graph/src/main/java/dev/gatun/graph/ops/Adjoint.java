package dev.gatun.graph.ops;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

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

    /**
     * Gradients of the operands when the same results are computed as {@code outputs}. An operand that stands more than
     * once has its whole gradient at the first place and {@code null} at the others.
     */
    public List<Tensor> through(List<Tensor> outputs) {
        List<Tensor> gradients = new ArrayList<>(pullback.pull(outputs, cotangents, operands));
        Set<Integer> seen = new HashSet<>();
        for (int i = 0; i < operands.size(); i++) {
            if (!seen.add(operands.get(i).id())) gradients.set(i, null);
        }
        return gradients;
    }
}
