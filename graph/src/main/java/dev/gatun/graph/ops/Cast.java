package dev.gatun.graph.ops;

import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import java.util.Collections;
import java.util.List;

/**
 * Conversion to another element type: f32 to bf16 rounds to nearest even, floating to i32 truncates toward zero,
 * to bool is {@code x != 0}.
 *
 * @param to the type of the result
 */
public record Cast(DType to) implements Pointwise {
    @Override
    public int arity() {
        return 1;
    }

    @Override
    public List<TensorType> infer(List<TensorType> operands) {
        Rules.count(operands, 1);
        return List.of(operands.getFirst().with(to));
    }

    @Override
    public double apply(double... x) {
        return switch (to) {
            case F32, BF16 -> x[0]; // rounding belongs to the store
            case I32 -> (int) x[0];
            case BOOL -> x[0] != 0 ? 1 : 0;
        };
    }

    @Override
    public List<Tensor> gradient(Adjoint at) {
        DType from = at.operand(0).dtype();
        boolean flows = from.isFloating() && to.isFloating();
        return Collections.singletonList(flows ? at.cotangent().cast(from) : null);
    }
}
