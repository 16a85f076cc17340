package dev.gatun.models.tasks;

import dev.gatun.graph.types.DType;
import dev.gatun.models.checkpoint.CheckpointException;
import dev.gatun.models.checkpoint.Safetensors;
import dev.gatun.models.formats.ForeignModel;
import dev.gatun.models.formats.HuggingFaceExport;
import dev.gatun.models.language.LanguageModel;
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
     * @param foreign a language model
     * @param tokenizer of the model; empty for the one that the model brings
     * @param run a new folder
     * @throws CheckpointException when the model brings no tokenizer, or the tokenizer has more tokens than the model
     */
    public static void importModel(ForeignModel foreign, Optional<Tokenizer> tokenizer, RunFolder run) throws IOException {
        if (!(foreign.model() instanceof LanguageModel model)) {
            throw new CheckpointException(foreign.path(), foreign.family(), "expected a language model");
        }
        Tokenizer words = tokenizer.isPresent() ? tokenizer.get() : foreign.tokenizer().orElseThrow(() -> new CheckpointException(
                foreign.path(), "tokenizer.json", "missing: name the model's tokenizer.json"));
        if (words.vocabulary() > model.vocabulary()) {
            throw new CheckpointException(foreign.path(), "vocabulary", "expected a tokenizer of at most " + model.vocabulary()
                    + " tokens, found " + words.vocabulary());
        }
        TokenizerJson.write(run.path(), words);
        run.saveModel(model.kind(), model.sizes(), foreign.parameters(), foreign::readWeights);
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
        SavedLanguageModel saved = SavedLanguageModel.open(run);
        run.checkWeights(saved.parameters());
        Optional<SubwordTokenizer> words = saved.tokenizer() instanceof SubwordTokenizer s ? Optional.of(s) : Optional.empty();
        try (Safetensors weights = Safetensors.open(run.weights())) {
            HuggingFaceExport.of(dtype).write(out, (Record) saved.model(), weights::map, words);
        }
        return words.isPresent();
    }
}
