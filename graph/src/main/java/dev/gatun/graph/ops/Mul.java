package dev.gatun.graph.ops;

import java.util.Arrays;
import java.util.List;

/** Product. */
public record Mul() implements Arithmetic {
    @Override
    public double apply(double... x) {
        return x[0] * x[1];
    }

    @Override
    public List<Tensor> gradient(Adjoint at) {
        Tensor g = at.cotangent();
        return Arrays.asList(
                at.wants(0) ? g.mul(at.operand(1)) : null,
                at.wants(1) ? g.mul(at.operand(0)) : null);
    }
}
