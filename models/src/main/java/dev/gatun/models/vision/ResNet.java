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
 * A residual network (He et al., 2015), for images of any size.
 *
 * @param config sizes
 * @param stem first convolution
 * @param stemNorm after it
 * @param pool after the stem, for large images
 * @param blocks of all stages, one after another
 * @param output scores of classes
 */
public record ResNet(ResNetConfig config, Conv2d stem, BatchNorm stemNorm, Optional<MaxPool> pool, List<Residual> blocks,
        Linear output) implements ImageModel {
    private static final ImageSize SMALL = new ImageSize(32, 32, 3);

    public ResNet {
        blocks = List.copyOf(blocks);
    }

    /** ResNet-18 for small images, as of CIFAR: a 3x3 stem without pooling. */
    public static ResNet small18(int channels, int classes) {
        return of(ResNetConfig.of(18, new ImageSize(SMALL.height(), SMALL.width(), channels), classes, ResNetConfig.Stem.SMALL));
    }

    /** A network of given sizes. */
    public static ResNet of(ResNetConfig c) {
        boolean large = c.stem() == ResNetConfig.Stem.LARGE;
        int channels = c.image().channels();
        List<Residual> blocks = new ArrayList<>();
        int in = c.width();
        for (int stage = 0; stage < c.depths().size(); stage++) {
            int width = c.width() << stage;
            for (int i = 0; i < c.depths().get(stage); i++) {
                int stride = i == 0 && stage > 0 ? 2 : 1;
                blocks.add(c.bottleneck() ? BottleneckBlock.of(in, width, stride) : ResidualBlock.of(in, width, stride));
                in = c.bottleneck() ? BottleneckBlock.EXPANSION * width : width;
            }
        }
        return new ResNet(
                c,
                large ? Conv2d.withoutBias(channels, c.width(), 7, 2, 3) : Conv2d.withoutBias(channels, c.width(), 3, 1, 1),
                BatchNorm.of(c.width()),
                large ? Optional.of(new MaxPool(3, 2, 1)) : Optional.empty(),
                blocks,
                Linear.of(in, c.classes(), new Initializer.Normal(Math.sqrt(1.0 / in))));
    }

    @Override
    public Tensor logits(Tensor images) {
        Tensor stemmed = stemNorm.apply(stem.apply(images)).relu();
        Tensor x = pool.map(p -> p.apply(stemmed)).orElse(stemmed);
        for (Residual block : blocks) x = block.apply(x);
        return output.apply(Images.globalAverage(x));
    }
}
