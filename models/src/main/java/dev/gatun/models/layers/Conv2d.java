package dev.gatun.models.layers;

import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import java.util.Optional;

/**
 * A convolution over channels-last images: {@code [N,H,W,in] -> [N,H',W',out]}.
 *
 * @param weight {@code [kernel, kernel, in / groups, out]}
 * @param bias {@code [out]}
 * @param op stride, padding, dilation and groups
 */
public record Conv2d(Parameter weight, Optional<Parameter> bias, dev.gatun.graph.ops.Conv2d op) {
    /** A square kernel with a bias that starts at zero; weights start after Kaiming for a rectifier. */
    public static Conv2d of(int in, int out, int kernel, int stride, int padding) {
        Parameter bias = new Parameter(TensorType.of(DType.F32, out), Initializer.ZEROS);
        return new Conv2d(weight(in, out, kernel), Optional.of(bias), dev.gatun.graph.ops.Conv2d.of(stride, padding));
    }

    /** The same without bias, as in front of a batch norm. */
    public static Conv2d withoutBias(int in, int out, int kernel, int stride, int padding) {
        return new Conv2d(weight(in, out, kernel), Optional.empty(), dev.gatun.graph.ops.Conv2d.of(stride, padding));
    }

    /** A kernel of its own for each channel, without bias. */
    public static Conv2d depthwise(int channels, int kernel, int stride, int padding) {
        Parameter w = new Parameter(
                TensorType.of(DType.F32, kernel, kernel, 1, channels), Initializer.kaiming((long) kernel * kernel));
        return new Conv2d(w, Optional.empty(), dev.gatun.graph.ops.Conv2d.of(stride, padding, 1, channels));
    }

    private static Parameter weight(int in, int out, int kernel) {
        return new Parameter(TensorType.of(DType.F32, kernel, kernel, in, out), Initializer.kaiming((long) kernel * kernel * in));
    }

    public Tensor apply(Tensor x) {
        Tensor y = x.apply(op, weight.tensor());
        return bias.map(b -> y.add(b.tensor())).orElse(y);
    }
}
