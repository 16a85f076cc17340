package dev.gatun.models.vision;

import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.Shape;
import dev.gatun.graph.types.TensorType;
import dev.gatun.models.layers.Attention;
import dev.gatun.models.layers.Block;
import dev.gatun.models.layers.Conv2d;
import dev.gatun.models.layers.Dropout;
import dev.gatun.models.layers.Embedding;
import dev.gatun.models.layers.Initializer;
import dev.gatun.models.layers.LayerNorm;
import dev.gatun.models.layers.Linear;
import dev.gatun.models.layers.Mlp;
import dev.gatun.models.layers.Parameter;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A vision transformer (Dosovitskiy et al., 2021): patches of an image as a sequence, through pre-norm blocks in which
 * each sees all. GELU is in its tanh form.
 *
 * @param config sizes
 * @param patches a convolution whose windows lie side by side
 * @param token put before the patches, {@code [1, 1, width]}; empty when the scores come from the patches' mean
 * @param positions table {@code [positions, width]}
 * @param dropout after the positions
 * @param layers blocks
 * @param norm before the output
 * @param output scores of classes
 */
public record Vit(VitConfig config, Conv2d patches, Optional<Parameter> token, Embedding positions, Dropout dropout,
        List<Block> layers, LayerNorm norm, Linear output) implements ImageModel {
    private static final Initializer SMALL = new Initializer.TruncatedNormal(0.02);

    public Vit {
        layers = List.copyOf(layers);
    }

    /** A network of given sizes. */
    public static Vit of(VitConfig c) {
        int d = c.width();
        boolean token = c.pooling() == VitConfig.Pooling.TOKEN;
        return new Vit(
                c,
                Conv2d.of(c.image().channels(), d, c.patch(), c.patch(), 0),
                token ? Optional.of(new Parameter(TensorType.of(DType.F32, 1, 1, d), Initializer.ZEROS)) : Optional.empty(),
                Embedding.of(c.patches() + (token ? 1 : 0), d, SMALL),
                new Dropout(c.dropout(), 0),
                IntStream.range(0, c.layers()).mapToObj(i -> block(c, i)).toList(),
                LayerNorm.of(d),
                Linear.of(d, c.classes(), SMALL));
    }

    private static Block block(VitConfig c, int layer) {
        int d = c.width();
        return new Block(
                LayerNorm.of(d),
                Attention.bidirectional(d, c.heads(), Initializer.xavier(d, d), Initializer.xavier(d, d)),
                new Dropout(c.dropout(), 2 * layer + 1),
                LayerNorm.of(d),
                Mlp.of(d, Initializer.xavier(d, 4L * d), Initializer.xavier(4L * d, d)),
                new Dropout(c.dropout(), 2 * layer + 2));
    }

    @Override
    public Tensor logits(Tensor images) {
        int n = images.shape().dim(0);
        int d = config.width();
        Tensor tiles = patches.apply(images).reshape(n, config.patches(), d); // (N,T,D)
        Tensor sequence = token.map(t -> Tensor.concat(1, List.of(t.tensor().broadcast(Shape.of(n, 1, d)), tiles))).orElse(tiles);
        Tensor x = dropout.apply(sequence.add(positions.weight().tensor()));
        for (Block block : layers) x = block.apply(x);
        if (token.isPresent()) return output.apply(norm.apply(x.slice(1, 0, 1).reshape(n, d)));
        Tensor mean = norm.apply(x).sum(List.of(1)).reshape(n, d).mul(1.0 / config.patches());
        return output.apply(mean);
    }
}
