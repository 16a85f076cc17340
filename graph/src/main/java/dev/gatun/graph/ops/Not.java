package dev.gatun.graph.ops;

import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import java.util.Collections;
import java.util.List;

/** Logical negation. */
public record Not() implements Pointwise {
    @Override
    public int arity() {
        return 1;
    }

    @Override
    public List<TensorType> infer(List<TensorType> operands) {
        Rules.count(operands, 1);
        Rules.dtype(operands.getFirst(), DType.BOOL, "operand");
        return List.of(operands.getFirst());
    }

    @Override
    public double apply(double... x) {
        return x[0] == 0 ? 1 : 0;
    }

    @Override
    public List<Tensor> gradient(Adjoint at) {
        return Collections.singletonList(null);
    }
}
