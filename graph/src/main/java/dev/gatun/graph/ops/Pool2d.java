package dev.gatun.graph.ops;

import dev.gatun.graph.types.TensorType;
import java.util.List;

/**
 * Maximum or average of windows: {@code [N,H,W,C]} to {@code [N,OH,OW,C]}. A maximum passes its gradient to the
 * window's first largest element, row by row.
 */
public record Pool2d(Kind kind, List<Integer> window, List<Integer> strides, List<Integer> padding) implements Pooling {
    public Pool2d {
        window = List.copyOf(window);
        strides = List.copyOf(strides);
        padding = List.copyOf(padding);
    }

    /** Maximum of square windows. */
    public static Tensor max(Tensor x, int window, int stride, int padding) {
        return x.apply(square(Kind.MAX, window, stride, padding));
    }

    /** Average of square windows; elements outside the image count as zeros. */
    public static Tensor average(Tensor x, int window, int stride, int padding) {
        return x.apply(square(Kind.AVERAGE, window, stride, padding));
    }

    private static Pool2d square(Kind kind, int window, int stride, int padding) {
        return new Pool2d(kind, List.of(window, window), List.of(stride, stride), List.of(padding, padding));
    }

    @Override
    public List<TensorType> infer(List<TensorType> operands) {
        Rules.count(operands, 1);
        return List.of(Pooling.output(this, operands.getFirst()));
    }

    @Override
    public List<Tensor> gradient(Adjoint at) {
        Tensor x = at.operand(0);
        Tensor g = at.cotangent();
        Pool2dGrad op = new Pool2dGrad(kind, x.shape().dim(1), x.shape().dim(2), window, strides, padding);
        return List.of(kind == Kind.MAX ? g.apply(op, x) : g.apply(op));
    }
}
