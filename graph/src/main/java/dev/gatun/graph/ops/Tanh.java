package dev.gatun.graph.ops;

import dev.gatun.graph.types.TensorType;
import java.util.List;

/** Hyperbolic tangent. */
public record Tanh() implements Pointwise {
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
        return Math.tanh(x[0]);
    }

    @Override
    public List<Tensor> gradient(Adjoint at) {
        Tensor g = at.cotangent();
        Tensor y = at.result();
        return List.of(g.mul(y.mul(y).neg().add(1)));
    }
}
