package dev.gatun.models.gpt;

import dev.gatun.graph.ops.CrossEntropy;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.types.Shape;
import dev.gatun.models.layers.Attention;
import dev.gatun.models.layers.Block;
import dev.gatun.models.layers.Dropout;
import dev.gatun.models.layers.Embedding;
import dev.gatun.models.layers.Initializer;
import dev.gatun.models.layers.LayerNorm;
import dev.gatun.models.layers.Mlp;
import java.util.List;
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
        LayerNorm norm) {
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

    /** Final hidden vectors, normalized: i32 {@code [batch, time] -> [batch, time, width]}, time at most the context. */
    public Tensor hidden(Tensor ids) {
        int time = ids.shape().dim(1);
        if (time > config.context()) {
            throw new IllegalArgumentException("Gpt: " + time + " tokens do not fit into the context of " + config.context());
        }
        Tensor embedded = tokens.apply(ids);
        Tensor x = dropout.apply(positions.map(p -> embedded.add(p.weight().tensor().slice(0, 0, time))).orElse(embedded));
        for (Block block : layers) x = block.apply(x);
        return norm.apply(x);
    }

    /** Scores of the next token at each position: i32 {@code [batch, time] -> [batch, time, vocabulary]}. */
    public Tensor logits(Tensor ids) {
        return tokens.project(hidden(ids));
    }

    /**
     * Scores of the token that follows one position.
     *
     * @param ids i32 {@code [1, time]}; what comes after the position does not matter
     * @param position i32 {@code [1]}
     * @return {@code [1, vocabulary]}
     */
    public Tensor next(Tensor ids, Tensor position) {
        int time = ids.shape().dim(1);
        Tensor rows = hidden(ids).reshape(time, config.width());
        Tensor here = Tensor.iota(Shape.of(time, 1), 0).equal(position.reshape(1, 1)).broadcast(rows.shape());
        return tokens.project(Tensor.select(here, rows, rows.zero()).sum(List.of(0)));
    }

    /** Mean negative log-likelihood in nats of {@code targets} after {@code ids}, both i32 {@code [batch, time]}. */
    public Tensor loss(Tensor ids, Tensor targets) {
        int rows = (int) ids.type().elements();
        Tensor flat = hidden(ids).reshape(rows, config.width());
        return CrossEntropy.mean(tokens.project(flat), targets.reshape(rows));
    }
}
