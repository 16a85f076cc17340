package dev.gatun.graph.ops;

import dev.gatun.graph.types.TensorType;
import java.util.Arrays;
import java.util.List;

/** Quotient. */
public record Div() implements Pointwise {
    @Override
    public int arity() {
        return 2;
    }

    @Override
    public List<TensorType> infer(List<TensorType> operands) {
        Rules.count(operands, 2);
        return List.of(Rules.floating(Rules.same(operands)));
    }

    @Override
    public double apply(double... x) {
        return x[0] / x[1];
    }

    @Override
    public List<Tensor> gradient(Adjoint at) {
        Tensor g = at.cotangent();
        Tensor b = at.operand(1);
        return Arrays.asList(
                at.wants(0) ? g.div(b) : null,
                at.wants(1) ? g.mul(at.result()).div(b).neg() : null);
    }
}
