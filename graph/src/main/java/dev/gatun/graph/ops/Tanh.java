package dev.gatun.graph.ops;

import java.util.List;

/** Hyperbolic tangent. */
public record Tanh() implements RealFunction {
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
