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
