package dev.gatun.graph.ops;

import dev.gatun.graph.types.Shape;
import dev.gatun.graph.types.TensorType;
import dev.gatun.graph.types.TypeException;
import java.util.ArrayList;
import java.util.List;

/**
 * Repeats elements by NumPy's rule: shapes aligned right, size 1 (or a missing leading dimension) stretches.
 *
 * @param shape the result's shape
 */
public record Broadcast(Shape shape) implements View {
    @Override
    public List<TensorType> infer(List<TensorType> operands) {
        Rules.count(operands, 1);
        TensorType x = operands.getFirst();
        if (x.rank() > shape.rank() || !Shape.broadcast(x.shape(), shape).equals(shape)) {
            throw new TypeException("cannot stretch to " + shape);
        }
        return List.of(x.with(shape));
    }

    @Override
    public List<Tensor> gradient(Adjoint at) {
        Shape from = at.operand(0).shape();
        int added = shape.rank() - from.rank();
        List<Integer> stretched = new ArrayList<>();
        for (int i = 0; i < shape.rank(); i++) {
            if (i < added || from.dim(i - added) != shape.dim(i)) stretched.add(i);
        }
        return List.of(at.cotangent().sum(stretched).reshape(from));
    }
}
