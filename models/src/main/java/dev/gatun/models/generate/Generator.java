package dev.gatun.models.generate;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import dev.gatun.models.language.LanguageModel;
import dev.gatun.models.layers.KeyValueCache;
import dev.gatun.models.layers.ParameterTree;
import dev.gatun.runtime.Executable;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;

/**
 * Continues texts token by token. Keys and values of what a text holds already are kept ({@link KeyValueCache}), so a token
 * costs one pass over the weights, and attention over as many rows as the text has tokens. Prompts go through the function
 * {@link #PREFILL}, many tokens at a time; then every run of {@link #DECODE} adds a token to each text. Both work on the
 * executable's weights as they are, so a model under training can be sampled from.
 *
 * <p>A token allocates next to nothing on the heap. Texts in a batch do not influence each other: up to rounding, what is written is the same as if
 * each stood alone.
 */
public final class Generator {
    /** Name of the function that reads a piece of a prompt. */
    public static final String PREFILL = "prefill";
    /** Name of the function that adds one token to each text. */
    public static final String DECODE = "decode";

    private static final String TOKENS = "tokens";
    private static final String SLOT = "slot";
    private static final String POSITION = "position";
    private static final String LAST = "last";
    private static final String LOGITS = "logits";
    /** Tokens of a prompt read at once, at most. */
    private static final int CHUNK = 64;
    /** A single text's prompt of at most so many tokens is read token by token. */
    private static final int SHORT = 8;

    /** What happens when a text is as long as the model's context. */
    public enum WhenFull {
        /** The text ends. */
        STOP,
        /** The older half of what the model sees is dropped and the rest is read anew; the text goes on. */
        SLIDE
    }

    /** Told each token as soon as it is chosen. */
    @FunctionalInterface
    public interface Listener {
        /**
         * Takes a token.
         *
         * @param text number of the prompt
         * @return false to end this text
         */
        boolean accept(int text, int token);
    }

    private final Executable executable;
    private final int context;
    private final int vocabulary;
    private final int slots;
    private final int[] chunk;
    private final int[] one = new int[1];
    private final int[] tokens;
    private final int[] positions;
    private final float[] first;
    private final float[] logits;

    /**
     * A generator over an executable that has the functions of {@link #graphs}.
     *
     * @param executable stays the caller's to close
     * @param slots as in {@link #graphs}
     */
    public Generator(Executable executable, LanguageModel model, int slots) {
        this.executable = executable;
        this.slots = slots;
        context = model.context();
        vocabulary = model.vocabulary();
        chunk = new int[Math.min(CHUNK, context)];
        tokens = new int[slots];
        positions = new int[slots];
        first = new float[vocabulary];
        logits = new float[Math.multiplyExact(slots, vocabulary)];
    }

    /**
     * The functions that generation runs, over the states of the model and of its cache.
     *
     * @param slots texts written at the same time, at least 1
     */
    public static List<Graph> graphs(LanguageModel model, ParameterTree parameters, int slots) {
        if (slots < 1) throw new IllegalArgumentException("at least 1 text must be written at a time, got " + slots);
        return List.of(prefill(model, parameters, slots), decode(model, parameters, slots));
    }

    /** Data i32 {@code tokens [1, chunk]}, {@code slot}, {@code position} and {@code last [1]}; {@code logits [1, vocabulary]} behind the last token. */
    private static Graph prefill(LanguageModel model, ParameterTree parameters, int slots) {
        int time = Math.min(CHUNK, model.context());
        return Tracer.trace(PREFILL, t -> parameters.bind(t, tensors -> {
            Tensor ids = t.data(TOKENS, TensorType.of(DType.I32, 1, time));
            Tensor hidden = continued(model, t, slots, ids);
            Tensor last = t.data(LAST, TensorType.of(DType.I32, 1));
            t.output(LOGITS, model.project(hidden.reshape(time, hidden.shape().last()).gather(last)));
            return tensors;
        }));
    }

    /** Data i32 {@code tokens [slots, 1]}, {@code slot} and {@code position [slots]}; result {@code logits [slots, vocabulary]}. */
    private static Graph decode(LanguageModel model, ParameterTree parameters, int slots) {
        return Tracer.trace(DECODE, t -> parameters.bind(t, tensors -> {
            Tensor hidden = continued(model, t, slots, t.data(TOKENS, TensorType.of(DType.I32, slots, 1)));
            t.output(LOGITS, model.project(hidden.reshape(slots, hidden.shape().last())));
            return tensors;
        }));
    }

    private static Tensor continued(LanguageModel model, Tracer t, int slots, Tensor ids) {
        TensorType each = TensorType.of(DType.I32, ids.shape().dim(0));
        Tensor slot = t.data(SLOT, each);
        Tensor position = t.data(POSITION, each);
        return KeyValueCache.continuing(t, slots, model.context(), slot, position, () -> model.hidden(ids));
    }

    /**
     * Continues one text.
     *
     * @param prompt at least one token; of more than the context holds, the last
     * @param count number of tokens
     * @param sampler chooses among the scores
     * @param listener gets each token at once
     * @param stop asked before each token; true ends the text
     * @throws IllegalArgumentException for an empty prompt, a negative count or a token outside the vocabulary
     */
    public void generate(int[] prompt, int count, Sampler sampler, IntConsumer listener, BooleanSupplier stop) {
        generate(List.of(prompt), count, sampler, WhenFull.SLIDE, (text, token) -> {
            listener.accept(token);
            return true;
        }, stop);
    }

    /**
     * Continues several texts, as many at a time as there are slots. Text number {@code i} draws with the sampler's seed plus
     * {@code i}.
     *
     * @param prompts each at least one token; of more than the context holds, the last
     * @param count tokens of each text, at most
     * @param listener gets each token at once, and may end its text
     * @param stop asked before each step; true ends all texts
     * @throws IllegalArgumentException for an empty prompt, a negative count or a token outside the vocabulary
     */
    public void generate(List<int[]> prompts, int count, Sampler sampler, WhenFull whenFull, Listener listener, BooleanSupplier stop) {
        for (int i = 0; i < prompts.size(); i++) check(prompts.get(i), i);
        if (count < 0) throw new IllegalArgumentException("the number of tokens must not be negative, got " + count);
        for (int i = 0; i < slots; i++) tokens[i] = i;
        executable.write(DECODE, SLOT, tokens);
        Sequence[] running = new Sequence[slots];
        int started = 0;
        while (!stop.getAsBoolean()) {
            int active = 0;
            for (int s = 0; s < slots; s++) {
                while (running[s] == null && started < prompts.size() && count > 0) {
                    Sequence text = new Sequence(started, s, prompts.get(started), new Choices(sampler.withSeed(sampler.seed() + started), vocabulary));
                    started++;
                    if (accept(text, read(text), 0, count, listener, whenFull)) running[s] = text;
                }
                if (running[s] != null) active++;
            }
            if (active == 0) return;
            step(running);
            for (int s = 0; s < slots; s++) {
                if (running[s] == null) continue;
                boolean full = running[s].length > context;
                float[] scores = full ? slide(running[s]) : logits;
                if (!accept(running[s], scores, full ? 0 : s * vocabulary, count, listener, whenFull)) running[s] = null;
            }
        }
    }

    private void check(int[] prompt, int text) {
        if (prompt.length == 0) throw new IllegalArgumentException("prompt " + text + " is empty: give at least one character");
        for (int token : prompt) {
            if (token < 0 || token >= vocabulary) {
                throw new IllegalArgumentException("token " + token + " of prompt " + text + " must lie in 0.." + (vocabulary - 1));
            }
        }
    }

    /** A text under way: the tokens that the model sees, all but the last of them in the cache; one too many when it is full. */
    private final class Sequence {
        final int text;
        final int slot;
        final Choices choices;
        final int[] seen = new int[context + 1];
        int length;
        int written;

        Sequence(int text, int slot, int[] prompt, Choices choices) {
            this.text = text;
            this.slot = slot;
            this.choices = choices;
            for (int token : prompt) choices.prompt(token);
            length = Math.min(prompt.length, context);
            System.arraycopy(prompt, prompt.length - length, seen, 0, length);
        }
    }

    /** Chooses a token by scores and tells the listener; false when the text ends with it. */
    private boolean accept(Sequence s, float[] scores, int from, int count, Listener listener, WhenFull whenFull) {
        int token = s.choices.next(scores, from);
        s.seen[s.length++] = token;
        s.written++;
        boolean goesOn = listener.accept(s.text, token) && s.written < count;
        return goesOn && (s.length <= context || whenFull == WhenFull.SLIDE);
    }

    /** One token more for every text; a text that is full takes part with its last row, which nobody reads any more. */
    private void step(Sequence[] running) {
        boolean any = false;
        for (int s = 0; s < slots; s++) {
            Sequence text = running[s];
            boolean fits = text != null && text.length <= context;
            tokens[s] = fits ? text.seen[text.length - 1] : 0;
            positions[s] = fits ? text.length - 1 : context - 1;
            any |= fits;
        }
        if (any) decode();
    }

    private void decode() {
        executable.write(DECODE, TOKENS, tokens);
        executable.write(DECODE, POSITION, positions);
        executable.run(DECODE);
        executable.read(DECODE, LOGITS, logits);
    }

    /** Drops the older half of a full text and reads the rest. */
    private float[] slide(Sequence s) {
        int kept = Math.max(1, context / 2);
        System.arraycopy(s.seen, s.length - kept, s.seen, 0, kept);
        s.length = kept;
        return read(s);
    }

    /** Puts all tokens of a text into the cache; returns the scores behind the last. */
    private float[] read(Sequence s) {
        if (slots == 1 && s.length <= SHORT) {
            for (int i = 0; i < s.length; i++) {
                tokens[0] = s.seen[i];
                positions[0] = i;
                decode();
            }
            return logits;
        }
        for (int from = 0; from < s.length; from += chunk.length) {
            // a last chunk that would reach beyond the context starts earlier and reads some tokens again
            int start = Math.min(from, context - chunk.length);
            int end = Math.min(start + chunk.length, s.length);
            System.arraycopy(s.seen, start, chunk, 0, end - start);
            executable.write(PREFILL, TOKENS, chunk);
            write(SLOT, s.slot);
            write(POSITION, start);
            write(LAST, end - 1 - start);
            executable.run(PREFILL);
        }
        executable.read(PREFILL, LOGITS, first);
        return first;
    }

    private void write(String input, int value) {
        one[0] = value;
        executable.write(PREFILL, input, one);
    }
}
