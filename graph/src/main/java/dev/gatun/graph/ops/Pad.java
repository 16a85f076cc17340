package dev.gatun.graph.ops;

import dev.gatun.graph.types.TensorType;
import java.util.List;

/**
 * Zeros before and after, along one axis.
 *
 * @param axis the axis that grows
 * @param before zeros put in front
 * @param after zeros put behind
 */
public record Pad(int axis, int before, int after) implements Op {
    @Override
    public List<TensorType> infer(List<TensorType> operands) {
        Rules.count(operands, 1);
        TensorType x = operands.getFirst();
        int size = x.dim(Rules.axis(axis, x.rank()));
        Rules.require(before >= 0 && after >= 0, "padding must not be negative");
        return List.of(x.with(x.shape().with(axis, Math.addExact(size, Math.addExact(before, after)))));
    }

    @Override
    public List<Tensor> gradient(Adjoint at) {
        int size = at.operand(0).shape().dim(axis);
        return List.of(at.cotangent().slice(axis, before, before + size));
    }
}
