package dev.gatun.models.tasks;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import dev.gatun.models.data.TokenData;
import dev.gatun.models.data.TokenWindows;
import dev.gatun.models.generate.Generator;
import dev.gatun.models.generate.Sampler;
import dev.gatun.models.generate.TextStream;
import dev.gatun.models.language.LanguageModel;
import dev.gatun.models.layers.ParameterTree;
import dev.gatun.models.text.Tokenizer;
import dev.gatun.models.train.Draw;
import dev.gatun.models.train.Inputs;
import dev.gatun.models.train.Task;
import dev.gatun.models.train.TrainingGraph;
import dev.gatun.models.train.Validation;
import dev.gatun.runtime.Executable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Predicting the next token of a text: windows of tokens drawn at random to train on, and spread evenly over the rest
 * of the text to validate with. Besides training and validation there are the functions of a {@link Generator} for one text.
 */
public final class LanguageTask implements Task {
    private static final int SAMPLE = 80;
    private static final Sampler USUAL = new Sampler(0.8, 40, 0);

    private final Record record;
    private final LanguageModel model;
    private final Tokenizer tokenizer;
    private final TokenData data;
    private final String source;
    private final int batch;
    private final int[] ids;
    private final int[] targets;

    private LanguageTask(Record record, LanguageModel model, Tokenizer tokenizer, TokenData data, String source, int batch) {
        if (batch < 1) throw new IllegalArgumentException("batch must be at least 1, got " + batch);
        if (data.train().context() > model.context()) {
            throw new IllegalArgumentException("the data's windows of " + data.train().context()
                    + " tokens do not fit into the model's context of " + model.context());
        }
        if (tokenizer.vocabulary() > model.vocabulary()) {
            throw new IllegalArgumentException("the tokenizer's " + tokenizer.vocabulary()
                    + " tokens do not fit into the model's vocabulary of " + model.vocabulary());
        }
        this.record = record;
        this.model = model;
        this.tokenizer = tokenizer;
        this.data = data;
        this.source = source;
        this.batch = batch;
        ids = new int[Math.multiplyExact(batch, data.train().context())];
        targets = new int[ids.length];
    }

    /**
     * A task.
     *
     * @param model a record
     * @param tokenizer that made the data's tokens, kept beside the weights
     * @param data stays the caller's to close
     * @param source where the text is from, for the record
     * @param batch windows in a batch
     */
    public static <M extends Record & LanguageModel> LanguageTask of(M model, Tokenizer tokenizer, TokenData data, String source, int batch) {
        return new LanguageTask(model, model, tokenizer, data, source, batch);
    }

    @Override
    public String kind() {
        return model.kind();
    }

    @Override
    public Map<String, Object> sizes() {
        return model.sizes();
    }

    @Override
    public Record model() {
        return record;
    }

    /** The model, as a generator wants it. */
    public LanguageModel languageModel() {
        return model;
    }

    public Tokenizer tokenizer() {
        return tokenizer;
    }

    @Override
    public Tensor loss(Tracer t) {
        TensorType type = TensorType.of(DType.I32, batch, data.train().context());
        return model.loss(t.data("tokens", type), t.data("targets", type));
    }

    @Override
    public void write(Inputs into, Draw draw) {
        data.train().draw(draw.seed(), draw.step(), draw.part(), draw.parts(), ids, targets);
        write(into);
    }

    private void write(Inputs into) {
        into.write("tokens", ids);
        into.write("targets", targets);
    }

    @Override
    public Validation validate(Executable executable, int most) {
        TokenWindows w = data.validation();
        int batches = Math.clamp(w.length() / w.context() / batch, 1, most);
        Inputs into = new Inputs(executable, TrainingGraph.EVALUATE);
        double sum = 0;
        for (int i = 0; i < batches; i++) {
            w.fixed(i, batches, ids, targets);
            write(into);
            executable.run(TrainingGraph.EVALUATE);
            sum += executable.scalar(TrainingGraph.EVALUATE, TrainingGraph.LOSS);
        }
        return new Validation((long) batches * batch, Map.of(Validation.LOSS, sum / batches));
    }

    /** Some lines of text. */
    @Override
    public Optional<String> sample(Executable executable, long seed) {
        StringBuilder text = new StringBuilder();
        write(executable, SAMPLE, seed, text::append, () -> false);
        return Optional.of(text.toString());
    }

    /**
     * Lets the model write from a line break on; from its first token where the vocabulary has no line break.
     *
     * @param count number of tokens
     * @param seed of the choices
     * @param pieces gets the text as it comes
     * @param stop asked before each token; true ends the text
     */
    public void write(Executable executable, int count, long seed, Consumer<String> pieces, BooleanSupplier stop) {
        int[] prompt = {tokenizer.encode(start())[0]};
        TextStream stream = new TextStream(tokenizer, List.of(), pieces);
        new Generator(executable, model, 1).generate(prompt, count, USUAL.withSeed(seed), stream::accept, stop);
        stream.end();
    }

    private String start() {
        try {
            tokenizer.encode("\n");
            return "\n";
        } catch (IllegalArgumentException e) {
            return tokenizer.decode(new int[] {0});
        }
    }

    @Override
    public List<Graph> functions(ParameterTree parameters) {
        return Generator.graphs(model, parameters, 1);
    }

    @Override
    public int batch() {
        return batch;
    }

    @Override
    public long batchesPerEpoch() {
        return Math.max(1, data.train().length() / ids.length);
    }

    @Override
    public String example() {
        return "window";
    }

    @Override
    public String unit() {
        return "token";
    }

    @Override
    public int unitsPerBatch() {
        return ids.length;
    }

    @Override
    public String data() {
        return source;
    }

    @Override
    public String dataVersion() {
        return data.version();
    }

    @Override
    public void save(Path folder) throws IOException {
        TokenizerJson.write(folder, tokenizer);
        data.keepIn(folder);
    }
}
