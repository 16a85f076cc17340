package dev.gatun.graph.ops;

import dev.gatun.graph.types.TensorType;
import java.util.Arrays;
import java.util.List;

/**
 * Two-dimensional convolution, {@code y[n,i,j,o] = sum over a,b,c of x[n, i s + a d - p, j s + b d - p, c] w[a,b,c,o]},
 * x being zero outside. Operands x {@code [N,H,W,C]} and w {@code [KH,KW,C/groups,O]}; result {@code [N,OH,OW,O]}.
 *
 * @param strides s, over rows and columns
 * @param padding p
 * @param dilation d
 * @param groups parts that channels are cut into
 * @param widen the result is f32 even for bf16 operands
 */
public record Conv2d(List<Integer> strides, List<Integer> padding, List<Integer> dilation, int groups, boolean widen)
        implements Convolution {
    public Conv2d {
        strides = List.copyOf(strides);
        padding = List.copyOf(padding);
        dilation = List.copyOf(dilation);
    }

    /** A dense convolution with the same stride and padding along both axes. */
    public static Conv2d of(int stride, int padding) {
        return of(stride, padding, 1, 1);
    }

    /** A convolution with the same stride, padding and dilation along both axes. */
    public static Conv2d of(int stride, int padding, int dilation, int groups) {
        return new Conv2d(List.of(stride, stride), List.of(padding, padding), List.of(dilation, dilation), groups, false);
    }

    /**
     * A convolution with as many zeros around that there is one window for each stride: {@code OH = ceil(H / stride)}. An
     * odd zero goes behind.
     */
    public static Tensor same(Tensor x, Tensor w, int stride, int dilation, int groups) {
        Rules.require(x.shape().rank() == 4 && w.shape().rank() == 4,
                "Conv2d: needs images [images, height, width, channels] and weights of rank 4: " + x.type() + " x " + w.type());
        Rules.require(stride >= 1 && dilation >= 1, "Conv2d: stride and dilation must be at least 1, got " + stride + " and " + dilation);
        int rows = missing(x.shape().dim(1), w.shape().dim(0), stride, dilation);
        int columns = missing(x.shape().dim(2), w.shape().dim(1), stride, dilation);
        return padded(x, w, stride, dilation, groups, List.of(rows / 2, rows - rows / 2, columns / 2, columns - columns / 2));
    }

    private static int missing(int size, int kernel, int stride, int dilation) {
        return Math.max(0, (Math.ceilDiv(size, stride) - 1) * stride + dilation * (kernel - 1) + 1 - size);
    }

    /**
     * A convolution with different padding on each side.
     *
     * @param sides zeros at the top, at the bottom, on the left and on the right
     */
    public static Tensor padded(Tensor x, Tensor w, int stride, int dilation, int groups, List<Integer> sides) {
        Rules.require(sides.size() == 4 && sides.stream().allMatch(p -> p >= 0),
                "Conv2d: needs padding at the top, bottom, left and right, none of it negative, got " + sides);
        int rows = Math.min(sides.get(0), sides.get(1));
        int columns = Math.min(sides.get(2), sides.get(3));
        Tensor wide = Images.pad(x, sides.get(0) - rows, sides.get(1) - rows, sides.get(2) - columns, sides.get(3) - columns);
        return wide.apply(new Conv2d(List.of(stride, stride), List.of(rows, columns), List.of(dilation, dilation), groups, false), w);
    }

    @Override
    public List<TensorType> infer(List<TensorType> operands) {
        Rules.count(operands, 2);
        return Convolution.result(this, Convolution.output(this, operands.get(0), operands.get(1)));
    }

    @Override
    public List<Tensor> gradient(Adjoint at) {
        Tensor x = at.operand(0);
        Tensor w = at.operand(1);
        Tensor g = at.cotangent().cast(x.dtype());
        return Arrays.asList(
                at.wants(0) ? g.apply(inputGrad(x.shape().dim(1), x.shape().dim(2)), w) : null,
                at.wants(1) ? x.apply(weightGrad(w.shape().dim(0), w.shape().dim(1)), g) : null);
    }

    /** The gradient by the input, whose size is given. */
    public Conv2dInputGrad inputGrad(int height, int width) {
        return new Conv2dInputGrad(height, width, strides, padding, dilation, groups, false);
    }

    /** The gradient by the weights, whose kernel size is given. */
    public Conv2dWeightGrad weightGrad(int kernelHeight, int kernelWidth) {
        return new Conv2dWeightGrad(kernelHeight, kernelWidth, strides, padding, dilation, groups, false);
    }

    @Override
    public Conv2d widened(boolean to) {
        return new Conv2d(strides, padding, dilation, groups, to);
    }
}
