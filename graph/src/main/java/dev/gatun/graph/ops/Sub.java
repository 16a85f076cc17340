package dev.gatun.graph.ops;

import java.util.Arrays;
import java.util.List;

/** Difference. */
public record Sub() implements Arithmetic {
    @Override
    public double apply(double... x) {
        return x[0] - x[1];
    }

    @Override
    public List<Tensor> gradient(Adjoint at) {
        Tensor g = at.cotangent();
        return Arrays.asList(g, at.wants(1) ? g.neg() : null);
    }
}
