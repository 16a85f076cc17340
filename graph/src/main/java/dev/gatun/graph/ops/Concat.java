package dev.gatun.graph.ops;

import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Tensors put one after another along an axis; all other sizes agree.
 *
 * @param axis the axis that grows
 */
public record Concat(int axis) implements Op {
    @Override
    public List<TensorType> infer(List<TensorType> operands) {
        Rules.require(!operands.isEmpty(), "needs at least one operand");
        TensorType first = operands.getFirst();
        Rules.axis(axis, first.rank());
        int size = 0;
        for (TensorType t : operands) {
            Rules.require(t.dtype() == first.dtype(), "element types differ");
            Rules.require(t.rank() == first.rank() && t.shape().with(axis, 1).equals(first.shape().with(axis, 1)),
                    "shapes differ outside axis " + axis);
            size = Math.addExact(size, t.dim(axis));
        }
        return List.of(first.with(first.shape().with(axis, size)));
    }

    @Override
    public List<Tensor> gradient(Adjoint at) {
        DType dtype = at.operand(0).dtype();
        if (!dtype.isFloating()) return new ArrayList<>(Collections.nCopies(at.operands().size(), null));
        return at.cotangent().split(axis, at.operands().stream().map(t -> t.shape().dim(axis)).toList());
    }
}
