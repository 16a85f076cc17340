package dev.gatun.models.vision;

import dev.gatun.graph.ops.Tensor;
import dev.gatun.models.layers.BatchNorm;
import dev.gatun.models.layers.Conv2d;

/**
 * A convolution without bias, a batch norm and a rectifier.
 *
 * @param convolution first
 * @param norm after it
 */
public record NormedConv(Conv2d convolution, BatchNorm norm) {
    /** A dense 3x3 convolution, padded. */
    static NormedConv of(int in, int out, int stride) {
        return new NormedConv(Conv2d.withoutBias(in, out, 3, stride, 1), BatchNorm.of(out));
    }

    /** A padded 3x3 convolution of each channel by itself. */
    static NormedConv depthwise(int channels, int stride) {
        return new NormedConv(Conv2d.depthwise(channels, 3, stride, 1), BatchNorm.of(channels));
    }

    /** A 1x1 convolution. */
    static NormedConv pointwise(int in, int out) {
        return new NormedConv(Conv2d.withoutBias(in, out, 1, 1, 0), BatchNorm.of(out));
    }

    public Tensor apply(Tensor x) {
        return norm.apply(convolution.apply(x)).relu();
    }
}
