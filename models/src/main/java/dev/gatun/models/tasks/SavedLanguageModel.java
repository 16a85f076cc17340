package dev.gatun.models.tasks;

import dev.gatun.models.checkpoint.CheckpointException;
import dev.gatun.models.language.LanguageModel;
import dev.gatun.models.layers.ParameterTree;
import dev.gatun.models.text.Tokenizer;
import dev.gatun.models.train.RunFolder;
import java.io.IOException;

/**
 * A language model as a run folder describes it; the weights are read by {@link RunFolder#readWeights}.
 *
 * @param model what predicts
 * @param parameters of the model
 * @param tokenizer its vocabulary is that of the model, or a part of it
 */
public record SavedLanguageModel(LanguageModel model, ParameterTree parameters, Tokenizer tokenizer) {
    /**
     * Reads {@code config.json} and {@code tokenizer.json}.
     *
     * @throws CheckpointException when they are missing or broken, or the folder holds something else
     */
    public static SavedLanguageModel open(RunFolder folder) throws IOException {
        Record record = ModelKind.open(folder);
        if (!(record instanceof LanguageModel model)) {
            throw new CheckpointException(folder.config(), "model.kind", "\"" + folder.kind() + "\" is no language model");
        }
        return new SavedLanguageModel(model, ParameterTree.of(record), TokenizerJson.read(folder.path(), model.vocabulary()));
    }
}
