package dev.gatun.graph.ops;

import dev.gatun.graph.types.TensorType;
import java.util.List;

/**
 * A run of indices along one axis.
 *
 * @param axis the axis cut
 * @param from first index, inclusive
 * @param to last index, exclusive
 */
public record Slice(int axis, int from, int to) implements View {
    @Override
    public List<TensorType> infer(List<TensorType> operands) {
        Rules.count(operands, 1);
        TensorType x = operands.getFirst();
        int size = x.dim(Rules.axis(axis, x.rank()));
        Rules.require(0 <= from && from < to && to <= size,
                "range " + from + ".." + to + " does not lie in axis " + axis + " of size " + size);
        return List.of(x.with(x.shape().with(axis, to - from)));
    }

    @Override
    public List<Tensor> gradient(Adjoint at) {
        int size = at.operand(0).shape().dim(axis);
        return List.of(at.cotangent().apply(new Pad(axis, from, size - to)));
    }
}
