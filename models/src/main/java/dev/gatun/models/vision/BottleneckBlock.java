package dev.gatun.models.vision;

import dev.gatun.graph.ops.Tensor;
import dev.gatun.models.layers.BatchNorm;
import dev.gatun.models.layers.Conv2d;
import java.util.Optional;

/**
 * A 3x3 convolution between a 1x1 one that narrows and one that widens, beside a shortcut (He et al., 2015). The 3x3
 * convolution has the stride, as is usual since; in the paper the first 1x1 has it.
 *
 * @param narrow 1x1 to a quarter of the output's channels
 * @param narrowNorm after it
 * @param middle 3x3, with the block's stride
 * @param middleNorm after it
 * @param widen 1x1 to the output's channels
 * @param widenNorm after it
 * @param shortcut 1x1 where the shape changes; empty for the identity
 */
public record BottleneckBlock(Conv2d narrow, BatchNorm narrowNorm, Conv2d middle, BatchNorm middleNorm, Conv2d widen,
        BatchNorm widenNorm, Optional<Shortcut> shortcut) implements Residual {
    /** Channels of the output for each one inside. */
    public static final int EXPANSION = 4;

    /** A block from {@code in} to {@code EXPANSION * inner} channels. */
    public static BottleneckBlock of(int in, int inner, int stride) {
        int out = EXPANSION * inner;
        return new BottleneckBlock(Conv2d.withoutBias(in, inner, 1, 1, 0), BatchNorm.of(inner),
                Conv2d.withoutBias(inner, inner, 3, stride, 1), BatchNorm.of(inner),
                Conv2d.withoutBias(inner, out, 1, 1, 0), BatchNorm.of(out), Shortcut.of(in, out, stride));
    }

    @Override
    public Tensor apply(Tensor x) {
        Tensor y = narrowNorm.apply(narrow.apply(x)).relu();
        y = middleNorm.apply(middle.apply(y)).relu();
        y = widenNorm.apply(widen.apply(y));
        return y.add(shortcut.map(s -> s.apply(x)).orElse(x)).relu();
    }
}
