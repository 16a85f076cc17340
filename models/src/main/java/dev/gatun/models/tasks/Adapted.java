package dev.gatun.models.tasks;

import dev.gatun.models.checkpoint.CheckpointException;
import dev.gatun.models.checkpoint.Safetensors;
import dev.gatun.models.layers.ParameterTree;
import dev.gatun.models.lora.LoraModel;
import dev.gatun.models.train.RunFolder;
import java.io.IOException;

/** Run folders of models with low-rank changes. */
public final class Adapted {
    private Adapted() {}

    /**
     * Writes a model of its own: the weights with the changes in them, and the tokenizer.
     *
     * @param run of a {@link LoraModel}
     * @param to an empty folder
     * @throws CheckpointException when the run is of another model, or broken
     */
    public static void merge(RunFolder run, RunFolder to) throws IOException {
        SavedLanguageModel saved = SavedLanguageModel.open(run);
        if (!(saved.model() instanceof LoraModel lora)) {
            throw new CheckpointException(run.config(), "model." + LoraModel.RANK, "is missing: this run has no low-rank changes to merge");
        }
        run.checkWeights(saved.parameters());
        TokenizerJson.write(to.path(), saved.tokenizer());
        try (Safetensors weights = Safetensors.open(run.weights())) {
            to.saveModel(lora.kind(), lora.base().sizes(), ParameterTree.of((Record) lora.base()), tensors -> lora.merge(weights::map, tensors));
        }
    }
}
