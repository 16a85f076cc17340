package dev.gatun.graph.ops;

import java.util.List;

/** Reciprocal square root, {@code 1 / sqrt(x)}. */
public record Rsqrt() implements RealFunction {
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
