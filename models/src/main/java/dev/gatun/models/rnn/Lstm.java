package dev.gatun.models.rnn;

import dev.gatun.graph.ops.CrossEntropy;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.models.language.LanguageModel;
import dev.gatun.models.layers.Dropout;
import dev.gatun.models.layers.Embedding;
import dev.gatun.models.layers.Initializer;
import dev.gatun.models.layers.Linear;
import dev.gatun.models.layers.LstmCell;
import dev.gatun.models.layers.Recurrent;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An LSTM language model (Graves, "Generating sequences with recurrent neural networks", 2013; Zaremba et al., "Recurrent
 * neural network regularization", 2014): a table of tokens, LSTM layers, dropout between all of them, a dense layer.
 * Forget gates start open, with 1 added to them.
 *
 * @param config sizes
 * @param tokens token table {@code [vocabulary, embedding]}
 * @param inputDropout of the tokens' vectors
 * @param layers the LSTM
 * @param outputDropout before the output layer
 * @param output {@code [width, vocabulary]}
 */
public record Lstm(
        LstmConfig config, Embedding tokens, Dropout inputDropout, Recurrent layers, Dropout outputDropout, Linear output)
        implements LanguageModel {
    /** Name of the architecture in {@code config.json}. */
    public static final String KIND = "lstm";
    private static final double FORGET_BIAS = 1;

    /** A model of given sizes. */
    public static Lstm of(LstmConfig c) {
        Initializer uniform = new Initializer.Uniform(1 / Math.sqrt(c.width()));
        return new Lstm(
                c,
                Embedding.of(c.vocabulary(), c.embedding(), new Initializer.Normal(1 / Math.sqrt(c.embedding()))),
                new Dropout(c.dropout(), 0),
                Recurrent.of(c.embedding(), c.layers(), false, c.dropout(), 1, in -> LstmCell.of(in, c.width(), FORGET_BIAS)),
                new Dropout(c.dropout(), c.layers()),
                Linear.of(c.width(), c.vocabulary(), uniform));
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
        sizes.put("width", config.width());
        sizes.put("embedding", config.embedding());
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

    /** Hidden vectors in the order that the loop leaves: i32 {@code [batch, time] -> [time, batch, width]}. */
    private Tensor overTime(Tensor ids) {
        checkedTime(ids);
        Tensor x = inputDropout.apply(tokens.apply(ids.transpose(1, 0)));
        return outputDropout.apply(layers.run(x, layers.zeros(ids.shape().dim(0))).outputs());
    }

    @Override
    public Tensor hidden(Tensor ids) {
        return overTime(ids).transpose(1, 0, 2);
    }

    @Override
    public Tensor project(Tensor hidden) {
        return output.apply(hidden);
    }

    @Override
    public Tensor loss(Tensor ids, Tensor targets) {
        int rows = (int) ids.type().elements();
        Tensor flat = overTime(ids).reshape(rows, config.width());
        return CrossEntropy.mean(output.apply(flat), targets.transpose(1, 0).reshape(rows));
    }
}
