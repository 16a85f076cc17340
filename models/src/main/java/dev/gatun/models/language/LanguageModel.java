package dev.gatun.models.language;

import dev.gatun.graph.ops.CrossEntropy;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.types.Shape;
import java.util.List;
import java.util.Map;

/** A causal language model: a record of layers that scores the token after each position. */
public interface LanguageModel {
    /** Short name of the architecture, as {@code config.json} has it: {@code gpt}. */
    String kind();

    /** What the architecture is built with, as {@code config.json} has it: strings, numbers and booleans by name. */
    Map<String, Object> sizes();

    /** Number of tokens it knows. */
    int vocabulary();

    /** Longest sequence. */
    int context();

    /**
     * Final hidden vectors, normalized: i32 {@code [batch, time] -> [batch, time, width]}.
     *
     * @throws IllegalArgumentException when time exceeds the context
     */
    Tensor hidden(Tensor ids);

    /** The output layer: {@code [..., width] -> [..., vocabulary]}. */
    Tensor project(Tensor hidden);

    /** Scores of the next token at each position: i32 {@code [batch, time] -> [batch, time, vocabulary]}. */
    default Tensor logits(Tensor ids) {
        return project(hidden(ids));
    }

    /**
     * Scores of the token that follows one position.
     *
     * @param ids i32 {@code [1, time]}; what comes after the position does not matter
     * @param position i32 {@code [1]}
     * @return {@code [1, vocabulary]}
     */
    default Tensor next(Tensor ids, Tensor position) {
        Tensor hidden = hidden(ids);
        int time = ids.shape().dim(1);
        Tensor rows = hidden.reshape(time, hidden.shape().last());
        Tensor here = Tensor.iota(Shape.of(time, 1), 0).equal(position.reshape(1, 1)).broadcast(rows.shape());
        return project(Tensor.select(here, rows, rows.zero()).sum(List.of(0)));
    }

    /** Mean negative log-likelihood in nats of {@code targets} after {@code ids}, both i32 {@code [batch, time]}. */
    default Tensor loss(Tensor ids, Tensor targets) {
        int rows = (int) ids.type().elements();
        Tensor hidden = hidden(ids);
        return CrossEntropy.mean(project(hidden.reshape(rows, hidden.shape().last())), targets.reshape(rows));
    }

    /** Checks a sequence's length; the message names the model. */
    default int checkedTime(Tensor ids) {
        int time = ids.shape().dim(1);
        if (time > context()) {
            throw new IllegalArgumentException(getClass().getSimpleName() + ": " + time
                    + " tokens do not fit into the context of " + context());
        }
        return time;
    }
}
