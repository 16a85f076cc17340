package dev.gatun.graph.ops;

import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import java.util.List;

/** Combines two numbers of one type (f32, bf16 or i32) to a third of that type. */
public sealed interface Arithmetic extends Pointwise permits Add, Max, Min, Mul, Sub {
    @Override
    default int arity() {
        return 2;
    }

    @Override
    default List<TensorType> infer(List<TensorType> operands) {
        Rules.count(operands, 2);
        Rules.require(operands.getFirst().dtype() != DType.BOOL, "needs numbers");
        return List.of(Rules.same(operands));
    }
}
