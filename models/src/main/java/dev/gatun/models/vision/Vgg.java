package dev.gatun.models.vision;

import dev.gatun.graph.ops.Images;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.models.layers.Dropout;
import dev.gatun.models.layers.Initializer;
import dev.gatun.models.layers.Linear;
import dev.gatun.models.layers.MaxPool;
import java.util.ArrayList;
import java.util.List;

/**
 * Stages of 3x3 convolutions with 2x2 max pooling after each (Simonyan and Zisserman, 2015), with batch norm.
 *
 * @param config sizes
 * @param stages convolutions of each stage
 * @param pool after each stage
 * @param hidden dense layers before the output, with a rectifier each
 * @param dropout after each of them
 * @param output scores of classes
 */
public record Vgg(VggConfig config, List<List<NormedConv>> stages, MaxPool pool, List<Linear> hidden, List<Dropout> dropout,
        Linear output) implements ImageModel {
    public Vgg {
        stages = stages.stream().map(List::copyOf).toList();
        hidden = List.copyOf(hidden);
        dropout = List.copyOf(dropout);
    }

    /** A network of given sizes. */
    public static Vgg of(VggConfig c) {
        List<List<NormedConv>> stages = new ArrayList<>();
        int in = c.image().channels();
        for (int s = 0; s < c.widths().size(); s++) {
            List<NormedConv> stage = new ArrayList<>();
            for (int i = 0; i < c.depths().get(s); i++) {
                stage.add(NormedConv.of(in, c.widths().get(s), 1));
                in = c.widths().get(s);
            }
            stages.add(stage);
        }
        List<Linear> hidden = new ArrayList<>();
        if (c.hidden() > 0) {
            int cells = (c.image().height() >> stages.size()) * (c.image().width() >> stages.size());
            in = Math.multiplyExact(in, cells);
            for (int i = 0; i < 2; i++) {
                hidden.add(Linear.of(in, c.hidden(), Initializer.kaiming(in)));
                in = c.hidden();
            }
        }
        Linear output = Linear.of(in, c.classes(), new Initializer.Normal(Math.sqrt(1.0 / in)));
        return new Vgg(c, stages, MaxPool.of(2), hidden, List.of(new Dropout(c.dropout(), 0), new Dropout(c.dropout(), 1)), output);
    }

    @Override
    public Tensor logits(Tensor images) {
        Tensor x = images;
        for (List<NormedConv> stage : stages) {
            for (NormedConv conv : stage) x = conv.apply(x);
            x = pool.apply(x);
        }
        x = hidden.isEmpty() ? Images.globalAverage(x) : Images.flatten(x);
        for (int i = 0; i < hidden.size(); i++) x = dropout.get(i).apply(hidden.get(i).apply(x).relu());
        return output.apply(x);
    }
}
