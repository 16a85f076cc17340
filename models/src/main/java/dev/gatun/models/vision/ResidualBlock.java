package dev.gatun.models.vision;

import dev.gatun.graph.ops.Tensor;
import dev.gatun.models.layers.BatchNorm;
import dev.gatun.models.layers.Conv2d;
import java.util.Optional;

/**
 * Two 3x3 convolutions beside a shortcut: {@code relu(norm(conv(relu(norm(conv(x))))) + shortcut(x))} (He et al., 2015).
 *
 * @param first convolution, with the block's stride
 * @param firstNorm after it
 * @param second convolution
 * @param secondNorm after it
 * @param shortcut 1x1 where the shape changes; empty for the identity
 */
public record ResidualBlock(Conv2d first, BatchNorm firstNorm, Conv2d second, BatchNorm secondNorm, Optional<Shortcut> shortcut)
        implements Residual {
    /** A block from {@code in} to {@code out} channels. */
    public static ResidualBlock of(int in, int out, int stride) {
        return new ResidualBlock(Conv2d.withoutBias(in, out, 3, stride, 1), BatchNorm.of(out),
                Conv2d.withoutBias(out, out, 3, 1, 1), BatchNorm.of(out), Shortcut.of(in, out, stride));
    }

    @Override
    public Tensor apply(Tensor x) {
        Tensor y = firstNorm.apply(first.apply(x)).relu();
        y = secondNorm.apply(second.apply(y));
        return y.add(shortcut.map(s -> s.apply(x)).orElse(x)).relu();
    }
}
