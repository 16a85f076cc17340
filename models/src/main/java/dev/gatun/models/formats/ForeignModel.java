package dev.gatun.models.formats;

import dev.gatun.models.checkpoint.CheckpointException;
import dev.gatun.models.checkpoint.Safetensors;
import dev.gatun.models.checkpoint.ShardedSafetensors;
import dev.gatun.models.checkpoint.WeightSource;
import dev.gatun.models.layers.ParameterTree;
import dev.gatun.models.text.SubwordTokenizer;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A model in a format that others write: a Hugging Face folder ({@code config.json}, {@code model.safetensors} or shards
 * of it with an index, {@code tokenizer.json}) or a GGUF file. Weights stay where they are until they are read, as f32.
 */
public final class ForeignModel implements AutoCloseable {
    private final Path path;
    private final Architecture architecture;
    private final Vocabulary vocabulary;
    private final WeightSource source;
    private final WeightTransfer transfer;
    private final ParameterTree parameters;

    /** Reads the tokenizer. */
    private interface Vocabulary {
        Optional<SubwordTokenizer> read() throws IOException;
    }

    private ForeignModel(Path path, Architecture architecture, Vocabulary vocabulary, WeightSource source) {
        this.path = path;
        this.architecture = architecture;
        this.vocabulary = vocabulary;
        this.source = source;
        transfer = new WeightTransfer(source, path, architecture.table(), architecture.headWidth());
        parameters = ParameterTree.of(architecture.model());
        transfer.check(parameters);
    }

    /**
     * Opens a folder or a file, and checks that all weights are there in their shapes.
     *
     * @throws CheckpointException naming file, field and what was expected there
     */
    public static ForeignModel open(Path path) throws IOException {
        return open(path, 0);
    }

    /**
     * The same with another context, which models with rotary positions allow.
     *
     * @param context longest sequence; 0 for the model's own
     */
    public static ForeignModel open(Path path, int context) throws IOException {
        if (context < 0) throw new IllegalArgumentException("the context must not be negative, got " + context);
        if (!Files.exists(path)) throw new CheckpointException(path, "model", "does not exist");
        if (Files.isDirectory(path)) return folder(path, context);
        GgufFile file = GgufFile.open(path);
        return opened(path, () -> GgufModel.architecture(file, path, context), () -> Optional.of(GgufModel.tokenizer(file, path)), file);
    }

    private static ForeignModel folder(Path folder, int context) throws IOException {
        ConfigJson config = ConfigJson.read(folder.resolve("config.json"));
        config.text("model_type"); // a folder of another kind is told by this, before its weights are missed
        WeightSource weights = weights(folder);
        Path vocabulary = folder.resolve("tokenizer.json");
        return opened(folder, () -> HuggingFaceConfig.read(config, context, weights), () -> Files.exists(vocabulary) ? Optional.of(SubwordTokenizer.read(vocabulary)) : Optional.empty(),
                weights);
    }

    private static ForeignModel opened(Path path, Supplier<Architecture> architecture, Vocabulary vocabulary, WeightSource source)
            throws IOException {
        try {
            return new ForeignModel(path, architecture.get(), vocabulary, source);
        } catch (RuntimeException | Error e) {
            source.close();
            throw e;
        }
    }

    private static WeightSource weights(Path folder) throws IOException {
        Path single = folder.resolve("model.safetensors");
        if (Files.exists(single)) return Safetensors.open(single);
        Path index = folder.resolve("model.safetensors.index.json");
        if (Files.exists(index)) return ShardedSafetensors.open(index);
        throw new CheckpointException(folder, "weights", "expected model.safetensors or model.safetensors.index.json, found neither");
    }

    /** The folder or file. */
    public Path path() {
        return path;
    }

    /** The family as the format names it: {@code gpt2}, {@code llama}. */
    public String family() {
        return architecture.family();
    }

    /** The model, without its weights. */
    public Record model() {
        return architecture.model();
    }

    /** Names and parameters of the model. */
    public ParameterTree parameters() {
        return parameters;
    }

    /**
     * Reads the tokenizer, where the format brings one.
     *
     * @throws dev.gatun.models.text.TokenizerException when it cannot be used
     * @throws CheckpointException when the file has a tokenizer of another kind than byte-level BPE
     */
    public Optional<SubwordTokenizer> tokenizer() throws IOException {
        return vocabulary.read();
    }

    /**
     * Reads the weights.
     *
     * @param state finds a parameter's memory by its name: dense f32, as many bytes as its type says
     */
    public void readWeights(Function<String, MemorySegment> state) {
        transfer.read(parameters, state);
    }

    @Override
    public void close() throws IOException {
        source.close();
    }
}
