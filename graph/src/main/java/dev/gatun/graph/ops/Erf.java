package dev.gatun.graph.ops;

import java.util.List;

/** Error function, {@code 2/sqrt(pi) * integral of exp(-t*t) from 0 to x}. */
public record Erf() implements RealFunction {
    @Override
    public double apply(double... x) {
        return SpecialFunctions.erf(x[0]);
    }

    @Override
    public List<Tensor> gradient(Adjoint at) {
        Tensor g = at.cotangent();
        Tensor x = at.operand(0);
        return List.of(x.mul(x).neg().exp().mul(2 / Math.sqrt(Math.PI)).mul(g));
    }
}
