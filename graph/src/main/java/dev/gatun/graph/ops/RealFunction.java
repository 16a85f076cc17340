package dev.gatun.graph.ops;

import dev.gatun.graph.types.TensorType;
import java.util.List;

/** A function of one real variable: {@code y = f(x)} for f32 or bf16 of any shape, with a result of the same type. */
public sealed interface RealFunction extends Pointwise permits Cos, Erf, Exp, Log, Rsqrt, Sin, Sqrt, Tanh {
    @Override
    default int arity() {
        return 1;
    }

    @Override
    default List<TensorType> infer(List<TensorType> operands) {
        Rules.count(operands, 1);
        return List.of(Rules.floating(operands.getFirst()));
    }
}
