package dev.gatun.graph.ops;

import java.util.List;

/** Exponential. */
public record Exp() implements RealFunction {
    @Override
    public double apply(double... x) {
        return Math.exp(x[0]);
    }

    @Override
    public List<Tensor> gradient(Adjoint at) {
        Tensor g = at.cotangent();
        return List.of(at.result().mul(g));
    }
}
