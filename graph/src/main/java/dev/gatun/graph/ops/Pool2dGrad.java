package dev.gatun.graph.ops;

import dev.gatun.graph.types.TensorType;
import java.util.Arrays;
import java.util.List;

/**
 * Gradient of {@link Pool2d} by its input. Operands: the result's gradient {@code [N,OH,OW,C]} and, for a maximum, the
 * input {@code [N,height,width,C]}, whose first largest element in each window is looked up again instead of being
 * stored as an index. Result {@code [N,height,width,C]}.
 *
 * @param height rows of the result; several sizes have the same number of windows
 * @param width columns of the result
 */
public record Pool2dGrad(
        Kind kind, int height, int width, List<Integer> window, List<Integer> strides, List<Integer> padding)
        implements Pooling {
    public Pool2dGrad {
        window = List.copyOf(window);
        strides = List.copyOf(strides);
        padding = List.copyOf(padding);
    }

    @Override
    public List<TensorType> infer(List<TensorType> operands) {
        Rules.count(operands, kind == Kind.MAX ? 2 : 1);
        TensorType g = operands.getFirst();
        Rules.require(g.rank() == 4, "needs images [images, height, width, channels]");
        TensorType x = TensorType.of(g.dtype(), g.dim(0), height, width, g.dim(3));
        TensorType expected = Pooling.output(this, x);
        Rules.require(expected.equals(g), "pooling of " + x + " gives " + expected);
        Rules.require(kind != Kind.MAX || operands.get(1).equals(x), "the input must be " + x);
        return List.of(x);
    }

    @Override
    public List<Tensor> gradient(Adjoint at) {
        Tensor g = at.cotangent();
        if (kind != Kind.MAX) return List.of(g.apply(new Pool2d(kind, window, strides, padding)));
        Tensor x = at.operand(1);
        return Arrays.asList(x.apply(new Pool2dPick(window, strides, padding), g), at.wants(1) ? x.zero() : null);
    }
}
