package dev.gatun.graph.ops;

import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import java.util.Arrays;
import java.util.List;

/** Choice by a truth value: {@code condition ? a : b}, element by element. */
public record Select() implements Pointwise {
    @Override
    public int arity() {
        return 3;
    }

    @Override
    public List<TensorType> infer(List<TensorType> operands) {
        Rules.count(operands, 3);
        Rules.dtype(operands.getFirst(), DType.BOOL, "the condition");
        TensorType chosen = Rules.same(operands.subList(1, 3));
        Rules.require(chosen.shape().equals(operands.getFirst().shape()), "shapes differ");
        return List.of(chosen);
    }

    @Override
    public double apply(double... x) {
        return x[0] != 0 ? x[1] : x[2];
    }

    @Override
    public List<Tensor> gradient(Adjoint at) {
        Tensor g = at.cotangent();
        Tensor condition = at.operand(0);
        return Arrays.asList(
                null,
                at.wants(1) ? Tensor.select(condition, g, g.zero()) : null,
                at.wants(2) ? Tensor.select(condition, g.zero(), g) : null);
    }
}
