package dev.gatun.graph.ops;

import java.util.List;

/** The smaller of two; at a tie the first takes the gradient. A NaN in the first operand is kept, one in the second dropped. */
public record Min() implements Arithmetic {
    @Override
    public double apply(double... x) {
        return x[1] < x[0] ? x[1] : x[0];
    }

    @Override
    public List<Tensor> gradient(Adjoint at) {
        Tensor g = at.cotangent();
        Tensor second = at.operand(1).less(at.operand(0));
        return List.of(Tensor.select(second, g.zero(), g), Tensor.select(second, g, g.zero()));
    }
}
