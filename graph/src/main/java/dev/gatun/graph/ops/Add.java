package dev.gatun.graph.ops;

import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import java.util.List;

/** Sum. */
public record Add() implements Pointwise {
    @Override
    public int arity() {
        return 2;
    }

    @Override
    public List<TensorType> infer(List<TensorType> operands) {
        Rules.count(operands, 2);
        Rules.require(operands.getFirst().dtype() != DType.BOOL, "needs numbers");
        return List.of(Rules.same(operands));
    }

    @Override
    public double apply(double... x) {
        return x[0] + x[1];
    }

    @Override
    public List<Tensor> gradient(Adjoint at) {
        Tensor g = at.cotangent();
        return List.of(g, g);
    }
}
