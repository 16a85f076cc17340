package dev.gatun.models.vision;

import dev.gatun.graph.ops.Images;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.models.layers.Initializer;
import dev.gatun.models.layers.Linear;
import java.util.ArrayList;
import java.util.List;

/**
 * Convolutions cut into one along rows and columns and one across channels (Howard et al., "MobileNets", 2017), for
 * images of any size.
 *
 * @param config sizes
 * @param stem dense 3x3 convolution
 * @param blocks one after another
 * @param output scores of classes
 */
public record MobileNet(MobileNetConfig config, NormedConv stem, List<Separable> blocks, Linear output) implements ImageModel {
    /**
     * A depthwise 3x3 convolution and a pointwise one.
     *
     * @param depthwise with the block's stride
     * @param pointwise to the output's channels
     */
    public record Separable(NormedConv depthwise, NormedConv pointwise) {
        Tensor apply(Tensor x) {
            return pointwise.apply(depthwise.apply(x));
        }
    }

    public MobileNet {
        blocks = List.copyOf(blocks);
    }

    /** A network of given sizes. */
    public static MobileNet of(MobileNetConfig c) {
        List<Separable> blocks = new ArrayList<>();
        int in = c.stem();
        for (int i = 0; i < c.widths().size(); i++) {
            int out = c.widths().get(i);
            blocks.add(new Separable(NormedConv.depthwise(in, c.strides().get(i)), NormedConv.pointwise(in, out)));
            in = out;
        }
        return new MobileNet(c, NormedConv.of(c.image().channels(), c.stem(), c.stemStride()), blocks,
                Linear.of(in, c.classes(), new Initializer.Normal(Math.sqrt(1.0 / in))));
    }

    @Override
    public Tensor logits(Tensor images) {
        Tensor x = stem.apply(images);
        for (Separable block : blocks) x = block.apply(x);
        return output.apply(Images.globalAverage(x));
    }
}
