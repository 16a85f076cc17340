package dev.gatun.graph.ops;

import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import java.util.List;

/** Negation. */
public record Neg() implements Pointwise {
    @Override
    public int arity() {
        return 1;
    }

    @Override
    public List<TensorType> infer(List<TensorType> operands) {
        Rules.count(operands, 1);
        Rules.require(operands.getFirst().dtype() != DType.BOOL, "needs a number");
        return List.of(operands.getFirst());
    }

    @Override
    public double apply(double... x) {
        return -x[0];
    }

    @Override
    public List<Tensor> gradient(Adjoint at) {
        Tensor g = at.cotangent();
        return List.of(g.neg());
    }
}
