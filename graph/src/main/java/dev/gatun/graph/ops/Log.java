package dev.gatun.graph.ops;

import java.util.List;

/** Natural logarithm. */
public record Log() implements RealFunction {
    @Override
    public double apply(double... x) {
        return Math.log(x[0]);
    }

    @Override
    public List<Tensor> gradient(Adjoint at) {
        Tensor g = at.cotangent();
        return List.of(g.div(at.operand(0)));
    }
}
