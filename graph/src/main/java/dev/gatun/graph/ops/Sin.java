package dev.gatun.graph.ops;

import java.util.List;

/** Sine of an angle in radians. */
public record Sin() implements RealFunction {
    @Override
    public double apply(double... x) {
        return Math.sin(x[0]);
    }

    @Override
    public List<Tensor> gradient(Adjoint at) {
        Tensor g = at.cotangent();
        return List.of(at.operand(0).cos().mul(g));
    }
}
