package dev.gatun.graph.ops;

import java.util.List;

/** Square root. */
public record Sqrt() implements RealFunction {
    @Override
    public double apply(double... x) {
        return Math.sqrt(x[0]);
    }

    @Override
    public List<Tensor> gradient(Adjoint at) {
        Tensor g = at.cotangent();
        return List.of(g.mul(0.5).div(at.result()));
    }
}
