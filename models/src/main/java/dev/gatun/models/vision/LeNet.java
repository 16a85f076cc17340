package dev.gatun.models.vision;

import dev.gatun.graph.ops.Images;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.models.layers.Conv2d;
import dev.gatun.models.layers.Initializer;
import dev.gatun.models.layers.Linear;
import dev.gatun.models.layers.MaxPool;

/**
 * LeNet-5 (LeCun et al., 1998) in today's form: rectifiers and max pooling. Sizes in brackets are those of the paper,
 * for images of 28x28.
 *
 * @param config sizes
 * @param first 5x5 [to 6 channels], padded
 * @param second 5x5 [to 16 channels]
 * @param pool 2x2, after both
 * @param third dense [400 to 120]
 * @param fourth dense [120 to 84]
 * @param output to classes
 */
public record LeNet(LeNetConfig config, Conv2d first, Conv2d second, MaxPool pool, Linear third, Linear fourth,
        Linear output) implements ImageModel {
    /** Rows and columns of an image of MNIST. */
    public static final int SIZE = 28;

    /**
     * A model of the paper's sizes for images of 28x28.
     *
     * @param channels of an image
     * @param classes scored
     */
    public static LeNet of(int channels, int classes) {
        return of(LeNetConfig.of(new ImageSize(SIZE, SIZE, channels), classes));
    }

    /** A model of given sizes. */
    public static LeNet of(LeNetConfig c) {
        int features = pooled(c.image().height()) * pooled(c.image().width()) * c.second();
        return new LeNet(c, Conv2d.of(c.image().channels(), c.first(), 5, 1, 2), Conv2d.of(c.first(), c.second(), 5, 1, 0), MaxPool.of(2),
                dense(features, c.third()), dense(c.third(), c.fourth()), dense(c.fourth(), c.classes()));
    }

    /** Rows after both convolutions and pools. */
    private static int pooled(int rows) {
        return (rows / 2 - 4) / 2;
    }

    private static Linear dense(int in, int out) {
        return Linear.of(in, out, new Initializer.Normal(Math.sqrt(1.0 / in)));
    }

    @Override
    public Tensor logits(Tensor images) {
        Tensor x = pool.apply(first.apply(images).relu()); // (N,14,14,6)
        x = pool.apply(second.apply(x).relu()); // (N,5,5,16)
        x = third.apply(Images.flatten(x)).relu();
        return output.apply(fourth.apply(x).relu());
    }
}
