package dev.gatun.graph.ops;

import dev.gatun.graph.types.Shape;
import dev.gatun.graph.types.TensorType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Cuts a tensor along one axis into neighbouring parts. Its gradient is one {@link Concat}.
 *
 * @param axis the axis cut
 * @param sizes sizes of the parts; their sum is the size of the axis
 */
public record Split(int axis, List<Integer> sizes) implements View {
    public Split {
        sizes = List.copyOf(sizes);
    }

    @Override
    public List<TensorType> infer(List<TensorType> operands) {
        Rules.count(operands, 1);
        TensorType x = operands.getFirst();
        int size = x.dim(Rules.axis(axis, x.rank()));
        Rules.require(sizes.stream().mapToInt(i -> i).sum() == size,
                "parts " + sizes + " do not add up to axis " + axis + " of size " + size);
        return sizes.stream().map(s -> x.with(x.shape().with(axis, s))).toList();
    }

    @Override
    public List<Tensor> gradient(Adjoint at) {
        Tensor x = at.operand(0);
        if (!x.dtype().isFloating()) return Collections.singletonList(null);
        List<Tensor> parts = new ArrayList<>();
        for (int i = 0; i < sizes.size(); i++) {
            Tensor g = at.cotangents().get(i);
            Shape part = at.results().get(i).shape();
            parts.add(g != null ? g : Tensor.full(x.dtype(), part, 0));
        }
        return List.of(Tensor.concat(axis, parts));
    }

    /** First index of part {@code i} along the axis. */
    public int start(int i) {
        return sizes.subList(0, i).stream().mapToInt(s -> s).sum();
    }

    static List<Integer> even(int size, int parts) {
        Rules.require(parts > 0 && size % parts == 0, "an axis of size " + size + " has no " + parts + " even parts");
        return Collections.nCopies(parts, size / parts);
    }
}
