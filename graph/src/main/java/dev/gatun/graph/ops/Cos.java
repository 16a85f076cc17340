package dev.gatun.graph.ops;

import java.util.List;

/** Cosine of an angle in radians. */
public record Cos() implements RealFunction {
    @Override
    public double apply(double... x) {
        return Math.cos(x[0]);
    }

    @Override
    public List<Tensor> gradient(Adjoint at) {
        Tensor g = at.cotangent();
        return List.of(at.operand(0).sin().neg().mul(g));
    }
}
