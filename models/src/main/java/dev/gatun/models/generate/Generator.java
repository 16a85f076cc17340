package dev.gatun.models.generate;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import dev.gatun.models.language.LanguageModel;
import dev.gatun.models.layers.ParameterTree;
import dev.gatun.runtime.Executable;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;

/**
 * Continues a text token by token. Each token is one run of the function {@link #FUNCTION} over the whole context,
 * of which the model sees the last {@code context} tokens.
 */
public final class Generator {
    /** Name of the function that gives the scores. */
    public static final String FUNCTION = "logits";

    private final Executable executable;
    private final int context;
    private final int vocabulary;

    /**
     * A generator over an executable that has the function of {@link #graph}.
     *
     * @param executable stays the caller's to close
     */
    public Generator(Executable executable, LanguageModel model) {
        this.executable = executable;
        context = model.context();
        vocabulary = model.vocabulary();
    }

    /** The function that generation runs: data {@code tokens} and {@code position}, result {@code logits}. */
    public static Graph graph(LanguageModel model, ParameterTree parameters) {
        return Tracer.trace(FUNCTION, t -> parameters.bind(t, tensors -> {
            Tensor ids = t.data("tokens", TensorType.of(DType.I32, 1, model.context()));
            Tensor position = t.data("position", TensorType.of(DType.I32, 1));
            t.output("logits", model.next(ids, position));
            return tensors;
        }));
    }

    /**
     * Generates tokens.
     *
     * @param prompt at least one token
     * @param count number of tokens
     * @param sampler chooses among the scores
     * @param listener gets each token at once
     * @param stop asked before each token; true ends the text
     * @throws IllegalArgumentException for an empty prompt, a negative count or a token outside the vocabulary
     */
    public void generate(int[] prompt, int count, Sampler sampler, IntConsumer listener, BooleanSupplier stop) {
        if (prompt.length == 0) throw new IllegalArgumentException("the prompt is empty: give at least one character");
        if (count < 0) throw new IllegalArgumentException("the number of tokens must not be negative, got " + count);
        int[] ids = new int[context]; // what follows the last token is not seen by it: attention is causal
        int[] position = new int[1];
        float[] logits = new float[vocabulary];
        int used = Math.min(prompt.length, context);
        System.arraycopy(prompt, prompt.length - used, ids, 0, used);
        for (int i = 0; i < count && !stop.getAsBoolean(); i++) {
            position[0] = used - 1;
            executable.write(FUNCTION, "tokens", ids);
            executable.write(FUNCTION, "position", position);
            executable.run(FUNCTION);
            executable.read(FUNCTION, "logits", logits);
            int token = sampler.choose(logits, i);
            listener.accept(token);
            if (used == context) System.arraycopy(ids, 1, ids, 0, --used);
            ids[used++] = token;
        }
    }
}
