package dev.gatun.models.llama;

import dev.gatun.graph.ops.Tensor;
import dev.gatun.models.language.LanguageModel;
import dev.gatun.models.layers.Embedding;
import dev.gatun.models.layers.GatedMlp;
import dev.gatun.models.layers.GroupedAttention;
import dev.gatun.models.layers.Initializer;
import dev.gatun.models.layers.Linear;
import dev.gatun.models.layers.RmsNorm;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A decoder of the Llama family (Touvron et al., 2023): pre-norm blocks with RMS norm, rotary positions, gated layers
 * with SiLU and grouped queries, no biases. Weights start normal with deviation 0.02, {@code 0.02 / sqrt(2 layers)}
 * where a residual branch ends.
 *
 * @param config sizes
 * @param tokens token table {@code [vocabulary, width]}
 * @param layers blocks
 * @param norm before the output layer
 * @param output {@code [width, vocabulary]}; empty when the token table serves as output layer
 */
public record Llama(LlamaConfig config, Embedding tokens, List<LlamaBlock> layers, RmsNorm norm, Optional<Linear> output)
        implements LanguageModel {
    /** Name of the architecture in {@code config.json}. */
    public static final String KIND = "llama";
    private static final double DEVIATION = 0.02;

    public Llama {
        layers = List.copyOf(layers);
    }

    /** A model of given sizes. */
    public static Llama of(LlamaConfig c) {
        Initializer weights = new Initializer.Normal(DEVIATION);
        return new Llama(
                c,
                Embedding.of(c.vocabulary(), c.width(), weights),
                IntStream.range(0, c.layers()).mapToObj(i -> block(c, weights)).toList(),
                RmsNorm.of(c.width(), c.epsilon()),
                c.tied() ? Optional.empty() : Optional.of(Linear.withoutBias(c.width(), c.vocabulary(), weights)));
    }

    private static LlamaBlock block(LlamaConfig c, Initializer weights) {
        Initializer residual = new Initializer.Normal(DEVIATION / Math.sqrt(2.0 * c.layers()));
        return new LlamaBlock(
                RmsNorm.of(c.width(), c.epsilon()),
                GroupedAttention.of(c.width(), c.heads(), c.keyHeads(), c.headWidth(), c.rotaryBase(), weights, residual),
                RmsNorm.of(c.width(), c.epsilon()),
                GatedMlp.of(c.width(), c.hidden(), weights, residual));
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public Map<String, Object> sizes() {
        Map<String, Object> sizes = new LinkedHashMap<>();
        sizes.put("vocabulary", config.vocabulary());
        sizes.put("context", config.context());
        sizes.put("layers", config.layers());
        sizes.put("heads", config.heads());
        sizes.put("keyHeads", config.keyHeads());
        sizes.put("width", config.width());
        sizes.put("headWidth", config.headWidth());
        sizes.put("hidden", config.hidden());
        sizes.put("epsilon", config.epsilon());
        sizes.put("rotaryBase", config.rotaryBase());
        sizes.put("tied", config.tied());
        return sizes;
    }

    @Override
    public int vocabulary() {
        return config.vocabulary();
    }

    @Override
    public int context() {
        return config.context();
    }

    @Override
    public Tensor hidden(Tensor ids) {
        checkedTime(ids);
        Tensor x = tokens.apply(ids);
        for (LlamaBlock block : layers) x = block.apply(x);
        return norm.apply(x);
    }

    @Override
    public Tensor project(Tensor hidden) {
        return output.map(o -> o.apply(hidden)).orElseGet(() -> tokens.project(hidden));
    }
}
