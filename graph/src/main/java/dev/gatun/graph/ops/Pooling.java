package dev.gatun.graph.ops;

import dev.gatun.graph.types.Shape;
import dev.gatun.graph.types.TensorType;
import java.util.List;

/**
 * Pooling over windows of channels-last images {@code [images, height, width, channels]}, or its gradient. There are
 * {@code (size + 2 padding - window) / stride + 1} windows along an axis, rounded down. Padding is smaller than the
 * window, so that each window holds at least one element; elements outside the image never are a maximum.
 */
public sealed interface Pooling extends Op permits Pool2d, Pool2dPick, Pool2dGrad {
    /** What becomes of a window. */
    enum Kind {
        /** Its largest element. */
        MAX,
        /** The sum of its elements, divided by the window's size, padding included. */
        AVERAGE,
        /** The mean of those of its elements that lie inside the image. */
        AVERAGE_INSIDE
    }

    /** What becomes of a window. */
    Kind kind();

    /** Rows and columns of a window. */
    List<Integer> window();

    /** Steps from window to window. */
    List<Integer> strides();

    /** Elements outside the image before its first and behind its last row, and the same for columns. */
    List<Integer> padding();

    /** The pooled images' type; checks attributes and operand. */
    static TensorType output(Pooling op, TensorType x) {
        Rules.floating(x);
        Rules.require(x.rank() == 4, "needs images [images, height, width, channels]");
        Shape shape = x.shape();
        for (int axis = 0; axis < 2; axis++) shape = shape.with(axis + 1, size(op, x, axis));
        return x.with(shape);
    }

    private static int size(Pooling op, TensorType x, int axis) {
        for (List<Integer> pair : List.of(op.window(), op.strides(), op.padding())) {
            Rules.require(pair.size() == 2, "window, strides and padding have two entries each, got " + pair);
        }
        int window = op.window().get(axis);
        int stride = op.strides().get(axis);
        int padding = op.padding().get(axis);
        Rules.require(window >= 1 && stride >= 1, "window and strides must be at least 1");
        Rules.require(padding >= 0 && padding < window, "padding " + padding + " must be smaller than the window of " + window);
        return Rules.windows(x.dim(axis + 1), window, stride, padding, axis == 0 ? "rows" : "columns");
    }
}
