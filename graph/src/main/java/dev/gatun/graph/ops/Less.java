package dev.gatun.graph.ops;

import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import java.util.Arrays;
import java.util.List;

/** Truth of {@code a < b}. */
public record Less() implements Pointwise {
    @Override
    public int arity() {
        return 2;
    }

    @Override
    public List<TensorType> infer(List<TensorType> operands) {
        Rules.count(operands, 2);
        return List.of(Rules.same(operands).with(DType.BOOL));
    }

    @Override
    public double apply(double... x) {
        return x[0] < x[1] ? 1 : 0;
    }

    @Override
    public List<Tensor> gradient(Adjoint at) {
        return Arrays.asList(null, null);
    }
}
