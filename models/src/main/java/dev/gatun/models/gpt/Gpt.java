package dev.gatun.models.gpt;

import dev.gatun.graph.ops.Tensor;
import dev.gatun.models.language.LanguageModel;
import dev.gatun.models.layers.Attention;
import dev.gatun.models.layers.Block;
import dev.gatun.models.layers.Dropout;
import dev.gatun.models.layers.Embedding;
import dev.gatun.models.layers.Initializer;
import dev.gatun.models.layers.KeyValueCache;
import dev.gatun.models.layers.LayerNorm;
import dev.gatun.models.layers.Mlp;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A decoder-only transformer (Radford et al., 2019): pre-norm blocks, GELU, an output layer tied to the token table.
 * Weights start as in GPT-2: normal with deviation 0.02, {@code 0.02 / sqrt(2 layers)} where a residual branch ends.
 *
 * @param config sizes
 * @param tokens token table {@code [vocabulary, width]}, also the output layer
 * @param positions position table {@code [context, width]}; empty with rotary positions
 * @param dropout after the embedding
 * @param layers blocks
 * @param norm before the output layer
 */
public record Gpt(
        GptConfig config,
        Embedding tokens,
        Optional<Embedding> positions,
        Dropout dropout,
        List<Block> layers,
        LayerNorm norm)
        implements LanguageModel {
    /** Name of the architecture in {@code config.json}. */
    public static final String KIND = "gpt";
    private static final double DEVIATION = 0.02;

    public Gpt {
        layers = List.copyOf(layers);
    }

    /** A model of given sizes. */
    public static Gpt of(GptConfig c) {
        Initializer weights = new Initializer.Normal(DEVIATION);
        boolean learned = c.positions() == GptConfig.Positions.LEARNED;
        return new Gpt(
                c,
                Embedding.of(c.vocabulary(), c.width(), weights),
                learned ? Optional.of(Embedding.of(c.context(), c.width(), weights)) : Optional.empty(),
                new Dropout(c.dropout(), 0),
                IntStream.range(0, c.layers()).mapToObj(i -> block(c, i, weights)).toList(),
                LayerNorm.of(c.width()));
    }

    private static Block block(GptConfig c, int layer, Initializer weights) {
        Initializer residual = new Initializer.Normal(DEVIATION / Math.sqrt(2.0 * c.layers()));
        boolean rotary = c.positions() == GptConfig.Positions.ROTARY;
        return new Block(
                LayerNorm.of(c.width()),
                Attention.of(c.width(), c.heads(), rotary, weights, residual),
                new Dropout(c.dropout(), 2 * layer + 1),
                LayerNorm.of(c.width()),
                Mlp.of(c.width(), weights, residual),
                new Dropout(c.dropout(), 2 * layer + 2));
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
        sizes.put("width", config.width());
        sizes.put("positions", config.positions().name().toLowerCase(Locale.ROOT));
        sizes.put("dropout", config.dropout());
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
        Tensor embedded = tokens.apply(ids);
        Tensor x = dropout.apply(positions.map(p -> KeyValueCache.withPositions(embedded, p.weight().tensor())).orElse(embedded));
        for (Block block : layers) x = block.apply(x);
        return norm.apply(x);
    }

    @Override
    public Tensor project(Tensor hidden) {
        return tokens.project(hidden);
    }
}
