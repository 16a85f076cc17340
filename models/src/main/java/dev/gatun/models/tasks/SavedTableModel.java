package dev.gatun.models.tasks;

import dev.gatun.models.checkpoint.CheckpointException;
import dev.gatun.models.data.table.TableCode;
import dev.gatun.models.layers.ParameterTree;
import dev.gatun.models.mlp.Perceptron;
import dev.gatun.models.train.RunFolder;
import java.io.IOException;

/**
 * A predictor of a table's column as a run folder describes it; the weights are read by {@link RunFolder#readWeights}.
 *
 * @param model what predicts
 * @param parameters of the model
 * @param code how rows become its inputs, and its scores a class or a number
 */
public record SavedTableModel(Perceptron model, ParameterTree parameters, TableCode code) {
    /**
     * Reads {@code config.json} and {@code table.json}.
     *
     * @throws CheckpointException when they are missing or broken, or the folder holds something else
     */
    public static SavedTableModel open(RunFolder folder) throws IOException {
        Record record = ModelKind.open(folder);
        if (!(record instanceof Perceptron model)) {
            throw new CheckpointException(folder.config(), "model.kind", "\"" + folder.kind() + "\" is no predictor of tables");
        }
        TableCode code = TableJson.read(folder.path());
        if (code.inputs() != model.config().inputs() || code.outputs() != model.config().outputs()) {
            throw new CheckpointException(folder.path().resolve("table.json"), "features", "expected " + model.config().inputs()
                    + " numbers of a row and " + model.config().outputs() + " scores as in config.json, found " + code.inputs() + " and " + code.outputs());
        }
        return new SavedTableModel(model, ParameterTree.of(record), code);
    }
}
