package dev.gatun.models.optim;

import dev.gatun.graph.ops.Tensor;
import java.util.List;

/** The length of all gradients taken as one vector, and clipping by it (Pascanu, Mikolov and Bengio, 2013). */
public final class GlobalNorm {
    private static final double EPSILON = 1e-6;

    private GlobalNorm() {}

    /** Euclidean norm over all elements of all gradients, an f32 scalar. */
    public static Tensor of(List<Tensor> gradients) {
        List<Tensor> squares = gradients.stream().map(g -> g.mul(g).sumAll().reshape(1)).toList();
        return Tensor.concat(0, squares).sumAll().sqrt();
    }

    /**
     * Gradients shortened to a norm of at most {@code most}: times {@code min(1, most / (norm + 1e-6))}.
     *
     * @param norm as {@link #of} gives it
     * @param most above 0
     */
    public static List<Tensor> clip(List<Tensor> gradients, Tensor norm, double most) {
        if (!(most > 0)) throw new IllegalArgumentException("the gradient norm's bound must be above 0, got " + most);
        Tensor one = norm.zero().add(1);
        Tensor factor = one.mul(most).div(norm.add(EPSILON)).min(one);
        return gradients.stream().map(g -> g.mul(factor)).toList();
    }
}
