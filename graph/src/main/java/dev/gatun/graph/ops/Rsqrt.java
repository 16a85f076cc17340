package dev.gatun.graph.ops;

import dev.gatun.graph.types.TensorType;
import java.util.List;

/** Reciprocal square root, {@code 1 / sqrt(x)}. */
public record Rsqrt() implements Pointwise {
    @Override
    public int arity() {
        return 1;
    }

    @Override
    public List<TensorType> infer(List<TensorType> operands) {
        Rules.count(operands, 1);
        return List.of(Rules.floating(operands.getFirst()));
    }

    @Override
    public double apply(double... x) {
        return 1 / Math.sqrt(x[0]);
    }

    @Override
    public List<Tensor> gradient(Adjoint at) {
        Tensor g = at.cotangent();
        Tensor y = at.result();
        return List.of(y.mul(y).mul(y).mul(-0.5).mul(g)); // -1/2 x^(-3/2)
    }
}
