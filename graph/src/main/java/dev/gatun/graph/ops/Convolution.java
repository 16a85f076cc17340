package dev.gatun.graph.ops;

import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.Shape;
import dev.gatun.graph.types.TensorType;
import java.util.List;

/**
 * A two-dimensional convolution (as deep learning calls it: a cross-correlation) or a gradient of one. Activations are
 * channels-last, {@code [images, height, width, channels]}; weights are {@code [kernelHeight, kernelWidth, in / groups,
 * out]}, so that they are the right operand of a matrix product with unfolded images, as they lie. With {@code groups},
 * input and output channels are cut into that many parts, and each part of the output sees its part of the input only.
 *
 * <p>An output size is {@code (size + 2 padding - dilation (kernel - 1) - 1) / stride + 1}, rounded down. Products are
 * summed in f32 whatever the operands' element type. The three are each other's gradients, so second derivatives are
 * convolutions again.
 */
public sealed interface Convolution extends Op permits Conv2d, Conv2dInputGrad, Conv2dWeightGrad {
    /** Steps of the kernel over rows and columns. */
    List<Integer> strides();

    /** Zeros before the first and behind the last row, and the same for columns. */
    List<Integer> padding();

    /** Distance of neighbouring kernel elements along rows and columns; 1 for a dense kernel. */
    List<Integer> dilation();

    /** Parts that channels are cut into; the number of input channels makes a depthwise convolution. */
    int groups();

    /** Whether the result is f32 even for bf16 operands. */
    boolean widen();

    /** The same computation with another {@link #widen}. */
    Convolution widened(boolean to);

    /** The type of the result of a convolution over {@code x} by {@code w}; checks both. */
    static TensorType output(Convolution op, TensorType x, TensorType w) {
        attributes(op);
        Rules.floating(x);
        Rules.require(x.dtype() == w.dtype(), "element types differ");
        Rules.require(x.rank() == 4, "needs images [images, height, width, channels]");
        Rules.require(w.rank() == 4, "needs weights [kernelHeight, kernelWidth, in / groups, out]");
        int groups = op.groups();
        Rules.require(x.dim(3) % groups == 0, x.dim(3) + " input channels are not divisible by " + groups + " groups");
        Rules.require(w.dim(3) % groups == 0, w.dim(3) + " output channels are not divisible by " + groups + " groups");
        Rules.require(w.dim(2) == x.dim(3) / groups,
                "the weights read " + w.dim(2) + " channels, a group of the input has " + x.dim(3) / groups);
        Shape out = Shape.of(x.dim(0), size(op, x, w, 0, "rows"), size(op, x, w, 1, "columns"), w.dim(3));
        return x.with(out);
    }

    private static void attributes(Convolution op) {
        for (List<Integer> pair : List.of(op.strides(), op.padding(), op.dilation())) {
            Rules.require(pair.size() == 2, "strides, padding and dilation have two entries each, got " + pair);
        }
        Rules.require(op.strides().stream().allMatch(s -> s >= 1), "strides must be at least 1, got " + op.strides());
        Rules.require(op.dilation().stream().allMatch(d -> d >= 1), "dilation must be at least 1, got " + op.dilation());
        Rules.require(op.padding().stream().allMatch(p -> p >= 0), "padding must not be negative, got " + op.padding());
        Rules.require(op.groups() >= 1, "groups must be at least 1, got " + op.groups());
    }

    private static int size(Convolution op, TensorType x, TensorType w, int axis, String what) {
        int kernel = (w.dim(axis) - 1) * op.dilation().get(axis) + 1;
        return Rules.windows(x.dim(axis + 1), kernel, op.strides().get(axis), op.padding().get(axis), what);
    }

    /** The result's type: f32 where {@link #widen} says so. */
    static List<TensorType> result(Convolution op, TensorType type) {
        return List.of(op.widen() ? type.with(DType.F32) : type);
    }
}
