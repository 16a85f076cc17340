package dev.gatun.models.tasks;

import dev.gatun.graph.ops.CrossEntropy;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import dev.gatun.models.data.TokenSequence;
import dev.gatun.models.metrics.Perplexity;
import dev.gatun.models.train.RunFolder;
import dev.gatun.runtime.Compiler;
import dev.gatun.runtime.Executable;
import java.io.IOException;
import java.util.Arrays;
import java.util.Objects;

/**
 * Measures how well the language model of a run predicts texts: its compiled losses, token by token, over the weights of
 * the run. Not for use by several threads at a time.
 */
public final class TextScorer implements AutoCloseable {
    private static final String FUNCTION = "losses";

    private final SavedLanguageModel saved;
    private final int batch;
    private final int context;
    private final Executable executable;
    private final int[] ids;
    private final int[] targets;
    private final float[] losses;

    /**
     * Compiles the model of a run.
     *
     * @param batch windows scored at a time
     */
    public TextScorer(Compiler compiler, RunFolder folder, int batch) throws IOException {
        if (batch < 1) throw new IllegalArgumentException("batch must be at least 1, got " + batch);
        saved = SavedLanguageModel.open(folder);
        this.batch = batch;
        context = saved.model().context();
        int rows = Math.multiplyExact(batch, context);
        ids = new int[rows];
        targets = new int[rows];
        losses = new float[rows];
        executable = Inference.compile(compiler, folder, saved.parameters(), FUNCTION, t -> {
            TensorType type = TensorType.of(DType.I32, batch, context);
            Tensor hidden = saved.model().hidden(t.data("tokens", type));
            Tensor scores = saved.model().project(hidden.reshape(rows, hidden.shape().last()));
            t.output("losses", scores.apply(new CrossEntropy(), t.data("targets", type).reshape(rows)));
        });
    }

    /** The model and what belongs to it. */
    public SavedLanguageModel model() {
        return saved;
    }

    /**
     * Measures a stretch of a text: every token but the first is predicted once, from the tokens before it in a window of the
     * model's context.
     *
     * @param from first token
     * @param to end
     * @param stride tokens from one window to the next, at most the context; a small one costs time and gives each token
     *     at least context less stride tokens to go by, but for those at the start
     * @throws IllegalArgumentException when there is no token to predict, or for a stride out of range
     */
    public Perplexity score(TokenSequence tokens, long from, long to, int stride) {
        Objects.checkFromToIndex(from, to, tokens.length());
        if (to - from < 2) throw new IllegalArgumentException("at least 2 tokens are needed to predict one, got " + (to - from));
        if (stride < 1 || stride > context) throw new IllegalArgumentException("the stride must lie in 1.." + context + ", got " + stride);
        Perplexity measured = new Perplexity();
        long done = from + 1; // tokens before this one are measured
        long window = from;
        while (done < to) {
            long first = window;
            for (int row = 0; row < batch; row++, window += stride) fill(tokens, window, to, row);
            executable.write(FUNCTION, "tokens", ids);
            executable.write(FUNCTION, "targets", targets);
            executable.run(FUNCTION);
            executable.read(FUNCTION, "losses", losses);
            for (int row = 0; row < batch && done < to; row++) done = take(tokens, first + (long) row * stride, to, row, done, measured);
        }
        return measured;
    }

    /** Fills a row with the window at a token; what is behind the end are zeros. */
    private void fill(TokenSequence tokens, long window, long to, int row) {
        int at = row * context;
        int count = Math.clamp(to - 1 - window, 0, context);
        Arrays.fill(ids, at, at + context, 0);
        Arrays.fill(targets, at, at + context, 0);
        if (count == 0) return;
        tokens.read(window, ids, at, count);
        tokens.read(window + 1, targets, at, count);
    }

    /** Takes in the tokens of a window that no earlier one had; returns the next one to take. */
    private long take(TokenSequence tokens, long window, long to, int row, long done, Perplexity into) {
        long end = Math.min(to, window + 1 + context);
        for (long i = done; i < end; i++) {
            into.add(losses[row * context + (int) (i - window - 1)], saved.tokenizer().bytes(tokens.at(i)));
        }
        return Math.max(done, end);
    }

    @Override
    public void close() {
        executable.close();
    }
}
