package dev.gatun.models.mlp;

import dev.gatun.graph.ops.Tensor;
import dev.gatun.models.layers.Dropout;
import dev.gatun.models.layers.Initializer;
import dev.gatun.models.layers.Linear;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A multi-layer perceptron: linear layers with a rectifier behind each but the last.
 *
 * @param config sizes
 * @param hidden hidden layers
 * @param dropouts behind the hidden layers
 * @param output gives the scores
 */
public record Perceptron(PerceptronConfig config, List<Linear> hidden, List<Dropout> dropouts, Linear output) {
    /** Name of this kind of model in {@code config.json}. */
    public static final String KIND = "mlp";

    public Perceptron {
        hidden = List.copyOf(hidden);
        dropouts = List.copyOf(dropouts);
    }

    /** A model of given sizes, with weights after Kaiming. */
    public static Perceptron of(PerceptronConfig c) {
        List<Linear> layers = new ArrayList<>();
        int width = c.inputs();
        for (int h : c.hidden()) {
            layers.add(Linear.of(width, h, Initializer.kaiming(width)));
            width = h;
        }
        List<Dropout> dropouts = IntStream.range(0, layers.size()).mapToObj(i -> new Dropout(c.dropout(), i)).toList();
        return new Perceptron(c, layers, dropouts, Linear.of(width, c.outputs(), Initializer.xavier(width, c.outputs())));
    }

    /** Scores: {@code [batch, inputs] -> [batch, outputs]}. */
    public Tensor apply(Tensor x) {
        Tensor y = x;
        for (int i = 0; i < hidden.size(); i++) y = dropouts.get(i).apply(hidden.get(i).apply(y).relu());
        return output.apply(y);
    }

    /** What a model is built with, as {@code config.json} has it. */
    public Map<String, Object> sizes() {
        Map<String, Object> sizes = new LinkedHashMap<>();
        sizes.put("inputs", config.inputs());
        sizes.put("hidden", config.hidden());
        sizes.put("outputs", config.outputs());
        sizes.put("dropout", config.dropout());
        return sizes;
    }
}
