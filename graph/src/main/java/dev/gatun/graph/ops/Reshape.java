package dev.gatun.graph.ops;

import dev.gatun.graph.types.Shape;
import dev.gatun.graph.types.TensorType;
import java.util.List;

/**
 * The same elements in the same row-major order under another shape.
 *
 * @param shape the new shape; as many elements as before
 */
public record Reshape(Shape shape) implements View {
    @Override
    public List<TensorType> infer(List<TensorType> operands) {
        Rules.count(operands, 1);
        TensorType x = operands.getFirst();
        Rules.require(x.elements() == shape.elements(),
                "cannot make " + shape.elements() + " elements " + shape + " of " + x.elements());
        return List.of(x.with(shape));
    }

    @Override
    public List<Tensor> gradient(Adjoint at) {
        return List.of(at.cotangent().reshape(at.operand(0).shape()));
    }
}
