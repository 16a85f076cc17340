package dev.gatun.graph.ops;

import dev.gatun.graph.types.TensorType;
import java.util.Arrays;
import java.util.List;

/**
 * Gradient of {@link Conv2d} by its input: {@code x[n,i',j',c] = sum of y[n,i,j,o] w[a,b,c,o]} over all places where
 * the convolution multiplies {@code x[n,i',j',c]} by {@code w[a,b,c,o]} for {@code y[n,i,j,o]}. Seen forward it is a
 * transposed convolution, which enlarges images by its strides. Operands y {@code [N,OH,OW,O]} and w
 * {@code [KH,KW,C/groups,O]}; result {@code [N,height,width,C]}.
 *
 * @param height rows of the result; several sizes lead to the same number of output rows
 * @param width columns of the result
 */
public record Conv2dInputGrad(
        int height, int width, List<Integer> strides, List<Integer> padding, List<Integer> dilation, int groups, boolean widen)
        implements Convolution {
    public Conv2dInputGrad {
        strides = List.copyOf(strides);
        padding = List.copyOf(padding);
        dilation = List.copyOf(dilation);
    }

    /**
     * A transposed convolution: {@code [N,H,W,O]} to {@code [N,H',W',C]} with
     * {@code H' = (H - 1) stride - 2 padding + dilation (KH - 1) + 1 + extra}.
     *
     * @param w weights {@code [KH,KW,C/groups,O]}, read from output channels to input channels of a convolution
     * @param extra rows and columns added behind, below the stride
     */
    public static Tensor transposed(Tensor x, Tensor w, int stride, int padding, int extra, int dilation, int groups) {
        Rules.require(x.shape().rank() == 4 && w.shape().rank() == 4,
                "ConvTranspose2d: needs images [images, height, width, channels] and weights of rank 4: " + x.type() + " x " + w.type());
        Rules.require(extra >= 0 && extra < Math.max(stride, dilation),
                "ConvTranspose2d: the extra rows must be fewer than the stride, got " + extra);
        int height = enlarged(x.shape().dim(1), w.shape().dim(0), stride, padding, extra, dilation);
        int width = enlarged(x.shape().dim(2), w.shape().dim(1), stride, padding, extra, dilation);
        return x.apply(Conv2d.of(stride, padding, dilation, groups).inputGrad(height, width), w);
    }

    private static int enlarged(int size, int kernel, int stride, int padding, int extra, int dilation) {
        return (size - 1) * stride - 2 * padding + dilation * (kernel - 1) + 1 + extra;
    }

    private Conv2d forward() {
        return new Conv2d(strides, padding, dilation, groups, false);
    }

    @Override
    public List<TensorType> infer(List<TensorType> operands) {
        Rules.count(operands, 2);
        TensorType y = operands.get(0);
        TensorType w = operands.get(1);
        Rules.require(y.rank() == 4, "needs images [images, height, width, channels]");
        Rules.require(w.rank() == 4, "needs weights [kernelHeight, kernelWidth, in / groups, out]");
        TensorType x = TensorType.of(y.dtype(), y.dim(0), height, width, w.dim(2) * groups);
        TensorType expected = Convolution.output(forward(), x, w);
        Rules.require(expected.equals(y), "a convolution over " + x + " gives " + expected);
        return Convolution.result(this, x);
    }

    @Override
    public List<Tensor> gradient(Adjoint at) {
        Tensor y = at.operand(0);
        Tensor w = at.operand(1);
        Tensor g = at.cotangent().cast(y.dtype());
        return Arrays.asList(
                at.wants(0) ? g.apply(forward(), w) : null,
                at.wants(1) ? g.apply(forward().weightGrad(w.shape().dim(0), w.shape().dim(1)), y) : null);
    }

    @Override
    public Conv2dInputGrad widened(boolean to) {
        return new Conv2dInputGrad(height, width, strides, padding, dilation, groups, to);
    }
}
