package dev.gatun.models.train;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.models.layers.ParameterTree;
import dev.gatun.runtime.Executable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a {@link Trainer} trains: a model, its loss, and where the batches come from. The least a task says is model,
 * loss, how inputs are written and how it validates; the rest names things for people and files.
 */
public interface Task {
    /** Short name of the kind of model, as {@code config.json} has it. */
    String kind();

    /** What a model of this kind is built with, as {@code config.json} has it: strings, numbers, booleans and lists of these by name. */
    Map<String, Object> sizes();

    /** The model; its parameters and statistics are found by {@link ParameterTree#of}. */
    Record model();

    /** Declares the data inputs of a batch and returns its mean loss, an f32 scalar. */
    Tensor loss(Tracer t);

    /** Writes the inputs that {@link #loss} declares. The same draw gives the same batch. */
    void write(Inputs into, Draw draw);

    /** Traces what validation runs, the function {@link TrainingGraph#EVALUATE}: at least the result {@link TrainingGraph#LOSS}. */
    default void evaluate(Tracer t) {
        t.output(TrainingGraph.LOSS, loss(t));
    }

    /**
     * Runs {@link TrainingGraph#EVALUATE} over validation data, the same at every call.
     *
     * @param most batches at most
     */
    Validation validate(Executable executable, int most);

    /** Names of what validation measures, in the order of the columns of {@code metrics.csv}. */
    default List<String> metrics() {
        return List.of(Validation.LOSS);
    }

    /**
     * What a generating model makes of its weights as they are, for people to judge it by; empty for other models.
     *
     * @param executable has the functions of this task
     * @param seed of the choices
     */
    default Optional<String> sample(Executable executable, long seed) {
        return Optional.empty();
    }

    /** Functions compiled along with training, over the same weights; to sample from, say. */
    default List<Graph> functions(ParameterTree parameters) {
        return List.of();
    }

    /** Examples in a batch. */
    int batch();

    /** Batches in which the training data is seen once; at least 1. */
    long batchesPerEpoch();

    /** What an example is called: {@code window}, {@code image}. */
    String example();

    /** What throughput counts, in the singular: {@code token}, {@code image}. */
    String unit();

    /** Units in a batch. */
    int unitsPerBatch();

    /** Where the data is from, for the record. */
    String data();

    /** Changes when the training data does; empty when that cannot be told. */
    default String dataVersion() {
        return "";
    }

    /** Writes what belongs beside the weights, such as a tokenizer. */
    default void save(Path folder) throws IOException {}
}
