package dev.gatun.graph.ops;

import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.Shape;
import dev.gatun.graph.types.TensorType;
import java.util.List;

/**
 * Index numbers: an i32 tensor whose elements are their own position along one axis.
 *
 * @param shape the result's shape
 * @param axis the axis counted
 */
public record Iota(Shape shape, int axis) implements Op {
    @Override
    public List<TensorType> infer(List<TensorType> operands) {
        Rules.count(operands, 0);
        Rules.axis(axis, shape.rank());
        return List.of(new TensorType(DType.I32, shape));
    }

    @Override
    public List<Tensor> gradient(Adjoint at) {
        return List.of();
    }
}
