package dev.gatun.graph.ops;

import dev.gatun.graph.types.TensorType;
import java.util.List;

/**
 * A tensor filled with one value.
 *
 * @param type the result's type
 * @param value every element
 */
public record Constant(TensorType type, double value) implements Op {
    @Override
    public List<TensorType> infer(List<TensorType> operands) {
        Rules.count(operands, 0);
        return List.of(type);
    }

    @Override
    public List<Tensor> gradient(Adjoint at) {
        return List.of();
    }
}
