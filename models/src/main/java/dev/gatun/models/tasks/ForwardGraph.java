package dev.gatun.models.tasks;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import dev.gatun.models.bert.Bert;
import dev.gatun.models.language.LanguageModel;
import dev.gatun.models.layers.ParameterTree;
import dev.gatun.models.mlp.Perceptron;
import dev.gatun.models.vision.ImageModel;
import dev.gatun.models.vision.ImageSize;

/** What a model makes of its inputs, as one graph to be exported or compiled; its parameters are states. */
public final class ForwardGraph {
    private static final String LOGITS = "logits";

    private ForwardGraph() {}

    /**
     * Traces a model of one of the {@link ModelKind kinds}.
     *
     * <p>Language models take {@code tokens}, image models {@code images}, perceptrons {@code rows}; all give
     * {@code logits}. Encoders take {@code ids}, {@code segments} and {@code mask}, and give what they have heads for:
     * {@code logits} of tokens and {@code classes}, or else {@code hidden}.
     *
     * @param batch examples at once
     * @param time tokens of an example; 0 for the model's whole context, and for models that have no time
     * @throws IllegalArgumentException when time does not fit the model, or the record is no such model
     */
    public static Graph of(Record model, ParameterTree parameters, int batch, int time) {
        return Tracer.trace("forward", t -> parameters.bind(t, tensors -> {
            record(model, t, batch, time);
            return tensors;
        }));
    }

    private static void record(Record model, Tracer t, int batch, int time) {
        switch (model) {
            case LanguageModel m -> t.output(LOGITS, m.logits(t.data("tokens", tokens(batch, time, m.context()))));
            case Bert m -> encoder(m, t, tokens(batch, time, m.config().context()));
            case ImageModel m -> {
                timeless(time, "images");
                ImageSize s = m.config().image();
                t.output(LOGITS, m.logits(t.data("images", TensorType.of(DType.F32, batch, s.height(), s.width(), s.channels()))));
            }
            case Perceptron m -> {
                timeless(time, "rows of a table");
                t.output(LOGITS, m.apply(t.data("rows", TensorType.of(DType.F32, batch, m.config().inputs()))));
            }
            default -> throw new IllegalArgumentException(model.getClass().getSimpleName() + " has no scores to export");
        }
    }

    private static void encoder(Bert m, Tracer t, TensorType ids) {
        Tensor hidden = m.hidden(t.data("ids", ids), t.data("segments", ids), t.data("mask", ids));
        if (m.tokenHead().isPresent()) t.output(LOGITS, m.tokenScores(hidden));
        if (m.classifier().isPresent()) t.output("classes", m.classScores(hidden));
        if (m.tokenHead().isEmpty() && m.classifier().isEmpty()) t.output("hidden", hidden);
    }

    private static TensorType tokens(int batch, int time, int context) {
        if (time > context) throw new IllegalArgumentException("time " + time + " exceeds the context of " + context);
        return TensorType.of(DType.I32, batch, time == 0 ? context : time);
    }

    private static void timeless(int time, String what) {
        if (time != 0) throw new IllegalArgumentException(what + " have no time");
    }
}
