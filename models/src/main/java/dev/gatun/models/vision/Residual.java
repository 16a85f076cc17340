package dev.gatun.models.vision;

import dev.gatun.graph.ops.Tensor;
import dev.gatun.models.layers.BatchNorm;
import dev.gatun.models.layers.Conv2d;
import java.util.Optional;

/** A block of a residual network: what its convolutions make of the input is added to the input. */
public sealed interface Residual permits BottleneckBlock, ResidualBlock {
    /** {@code [N,H,W,in] -> [N,H / stride,W / stride,out]}, rounded up. */
    Tensor apply(Tensor x);

    /**
     * A 1x1 convolution and a norm, beside a block that changes the shape.
     *
     * @param convolution with the block's stride
     * @param norm after it
     */
    record Shortcut(Conv2d convolution, BatchNorm norm) {
        /** Where the shape changes; empty where it does not. */
        static Optional<Shortcut> of(int in, int out, int stride) {
            return in == out && stride == 1
                    ? Optional.empty()
                    : Optional.of(new Shortcut(Conv2d.withoutBias(in, out, 1, stride, 0), BatchNorm.of(out)));
        }

        Tensor apply(Tensor x) {
            return norm.apply(convolution.apply(x));
        }
    }
}
