package dev.gatun.models.tasks;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.types.DType;
import dev.gatun.models.bert.Bert;
import dev.gatun.models.checkpoint.CheckpointException;
import dev.gatun.models.checkpoint.Safetensors;
import dev.gatun.models.formats.ForeignModel;
import dev.gatun.models.formats.HuggingFaceExport;
import dev.gatun.models.language.LanguageModel;
import dev.gatun.models.layers.ParameterTree;
import dev.gatun.models.onnx.OnnxExport;
import dev.gatun.models.text.SubwordTokenizer;
import dev.gatun.models.text.Tokenizer;
import dev.gatun.models.train.RunFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** Run folders from models of others, and models for others from run folders. */
public final class Interchange {
    private Interchange() {}

    /**
     * Writes a model of others as a run folder, which can be sampled from and fine-tuned. Weights go from file to file;
     * they are not held in memory.
     *
     * @param foreign a language model, or an encoder
     * @param tokenizer of the model; empty for the one that the model brings
     * @param run a new folder
     * @throws CheckpointException when the model brings no tokenizer, or the tokenizer has more tokens than the model
     */
    public static void importModel(ForeignModel foreign, Optional<Tokenizer> tokenizer, RunFolder run) throws IOException {
        ParameterTree parameters = foreign.parameters();
        int vocabulary = parameters.types().get("tokens.weight").dim(0);
        Tokenizer words = tokenizer.isPresent() ? tokenizer.get() : foreign.tokenizer().orElseThrow(() -> new CheckpointException(
                foreign.path(), "tokenizer.json", "missing: name the model's tokenizer.json"));
        if (words.vocabulary() > vocabulary) {
            throw new CheckpointException(foreign.path(), "vocabulary", "expected a tokenizer of at most " + vocabulary
                    + " tokens, found " + words.vocabulary());
        }
        TokenizerJson.write(run.path(), words);
        switch (foreign.model()) {
            case LanguageModel m -> run.saveModel(m.kind(), m.sizes(), parameters, foreign::readWeights);
            case Bert b -> run.saveModel(Bert.KIND, b.sizes(), parameters, foreign::readWeights);
            default -> throw new CheckpointException(foreign.path(), foreign.family(), "expected a language model or an encoder");
        }
    }

    /**
     * Writes the model of a run as a Hugging Face folder.
     *
     * @param out new or empty
     * @param dtype of the weights, f32 or bf16
     * @return whether {@code tokenizer.json} was written; tokenizers of characters and bytes have no place there
     * @throws IllegalArgumentException for a model that the format has no family for
     */
    public static boolean exportModel(RunFolder run, Path out, DType dtype) throws IOException {
        Record model = ModelKind.open(run);
        ParameterTree parameters = ParameterTree.of(model);
        if (!parameters.types().containsKey("tokens.weight")) throw new IllegalArgumentException("a " + run.kind() + " has no place in a Hugging Face folder");
        run.checkWeights(parameters);
        Tokenizer tokenizer = TokenizerJson.read(run.path(), parameters.types().get("tokens.weight").dim(0));
        Optional<SubwordTokenizer> words = tokenizer instanceof SubwordTokenizer s ? Optional.of(s) : Optional.empty();
        try (Safetensors weights = Safetensors.open(run.weights())) {
            HuggingFaceExport.of(dtype).write(out, model, weights::map, words);
        }
        return words.isPresent();
    }

    /**
     * Writes the model of a run as an ONNX file with one function, which {@link ForwardGraph} describes.
     *
     * @param file to write; replaced as a whole
     * @param batch examples that the file's function takes at once
     * @param time tokens of an example; 0 for the model's whole context, and for models that have no time
     * @param form version of the operators, and where weights go
     * @throws IllegalArgumentException when time does not fit the model
     */
    public static void exportOnnx(RunFolder run, Path file, int batch, int time, OnnxExport form) throws IOException {
        Record model = ModelKind.open(run);
        ParameterTree parameters = ParameterTree.of(model);
        run.checkWeights(parameters);
        Graph graph = ForwardGraph.of(model, parameters, batch, time);
        try (Safetensors weights = Safetensors.open(run.weights())) {
            form.write(file, graph, weights::map);
        }
    }
}
