package dev.gatun.graph.ops;

import dev.gatun.graph.types.TensorType;
import java.util.Arrays;
import java.util.List;

/**
 * Gradient of {@link Conv2d} by its weights: {@code w[a,b,c,o] = sum over n,i,j of
 * x[n, i s + a d - p, j s + b d - p, c] y[n,i,j,o]}. Operands x {@code [N,H,W,C]} and y {@code [N,OH,OW,O]}; result
 * {@code [kernelHeight,kernelWidth,C/groups,O]}.
 *
 * @param kernelHeight rows of the kernel; several sizes lead to the same number of output rows
 * @param kernelWidth columns of the kernel
 */
public record Conv2dWeightGrad(
        int kernelHeight, int kernelWidth, List<Integer> strides, List<Integer> padding, List<Integer> dilation, int groups,
        boolean widen)
        implements Convolution {
    public Conv2dWeightGrad {
        strides = List.copyOf(strides);
        padding = List.copyOf(padding);
        dilation = List.copyOf(dilation);
    }

    private Conv2d forward() {
        return new Conv2d(strides, padding, dilation, groups, false);
    }

    @Override
    public List<TensorType> infer(List<TensorType> operands) {
        Rules.count(operands, 2);
        TensorType x = operands.get(0);
        TensorType y = operands.get(1);
        Rules.require(x.rank() == 4 && y.rank() == 4, "needs images [images, height, width, channels]");
        TensorType w = TensorType.of(x.dtype(), kernelHeight, kernelWidth, Math.max(1, x.dim(3) / groups), y.dim(3));
        TensorType expected = Convolution.output(forward(), x, w);
        Rules.require(expected.equals(y), "a convolution over " + x + " gives " + expected);
        return Convolution.result(this, w);
    }

    @Override
    public List<Tensor> gradient(Adjoint at) {
        Tensor x = at.operand(0);
        Tensor y = at.operand(1);
        Tensor g = at.cotangent().cast(x.dtype());
        return Arrays.asList(
                at.wants(0) ? y.apply(forward().inputGrad(x.shape().dim(1), x.shape().dim(2)), g) : null,
                at.wants(1) ? x.apply(forward(), g) : null);
    }

    @Override
    public Conv2dWeightGrad widened(boolean to) {
        return new Conv2dWeightGrad(kernelHeight, kernelWidth, strides, padding, dilation, groups, to);
    }
}
