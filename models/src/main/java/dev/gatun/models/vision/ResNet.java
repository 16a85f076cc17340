package dev.gatun.models.vision;

import dev.gatun.graph.ops.Images;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.models.layers.BatchNorm;
import dev.gatun.models.layers.Conv2d;
import dev.gatun.models.layers.Initializer;
import dev.gatun.models.layers.Linear;
import dev.gatun.models.layers.MaxPool;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A residual network of basic blocks (He et al., 2015), for images of any size.
 *
 * @param stem first convolution
 * @param stemNorm after it
 * @param pool after the stem, for large images
 * @param blocks four stages one after another
 * @param output scores of classes
 */
public record ResNet(Conv2d stem, BatchNorm stemNorm, Optional<MaxPool> pool, List<ResidualBlock> blocks, Linear output)
        implements ImageModel {
    private static final int[] WIDTHS = {64, 128, 256, 512};

    public ResNet {
        blocks = List.copyOf(blocks);
    }

    /** ResNet-18 for small images, as of CIFAR: a 3x3 stem without pooling. */
    public static ResNet small18(int channels, int classes) {
        return of(Conv2d.withoutBias(channels, WIDTHS[0], 3, 1, 1), Optional.empty(), List.of(2, 2, 2, 2), classes);
    }

    /** ResNet-34 for small images. */
    public static ResNet small34(int channels, int classes) {
        return of(Conv2d.withoutBias(channels, WIDTHS[0], 3, 1, 1), Optional.empty(), List.of(3, 4, 6, 3), classes);
    }

    /** ResNet-18 for large images, as of ImageNet: a 7x7 stem with stride 2, then 3x3 max pooling. */
    public static ResNet large18(int channels, int classes) {
        return of(Conv2d.withoutBias(channels, WIDTHS[0], 7, 2, 3), Optional.of(new MaxPool(3, 2, 1)), List.of(2, 2, 2, 2), classes);
    }

    /** A network of {@code depths[i]} blocks in stage i; each stage after the first halves rows and columns. */
    private static ResNet of(Conv2d stem, Optional<MaxPool> pool, List<Integer> depths, int classes) {
        List<ResidualBlock> blocks = new ArrayList<>();
        int in = WIDTHS[0];
        for (int stage = 0; stage < depths.size(); stage++) {
            for (int i = 0; i < depths.get(stage); i++) {
                blocks.add(ResidualBlock.of(in, WIDTHS[stage], i == 0 && stage > 0 ? 2 : 1));
                in = WIDTHS[stage];
            }
        }
        Linear output = Linear.of(in, classes, new Initializer.Normal(Math.sqrt(1.0 / in)));
        return new ResNet(stem, BatchNorm.of(WIDTHS[0]), pool, blocks, output);
    }

    @Override
    public Tensor logits(Tensor images) {
        Tensor stemmed = stemNorm.apply(stem.apply(images)).relu();
        Tensor x = pool.map(p -> p.apply(stemmed)).orElse(stemmed);
        for (ResidualBlock block : blocks) x = block.apply(x);
        return output.apply(Images.globalAverage(x));
    }
}
