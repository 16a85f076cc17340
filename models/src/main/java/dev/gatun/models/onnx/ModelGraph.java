package dev.gatun.models.onnx;

import dev.gatun.graph.ir.Graph;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.Function;

/**
 * A graph from a file and the contents of its states.
 *
 * @param graph forward computation; data inputs are f32 or i32
 * @param weights what the states start with
 */
public record ModelGraph(Graph graph, List<Weight> weights) {
    public ModelGraph {
        weights = List.copyOf(weights);
    }

    /**
     * Writes the weights.
     *
     * @param state finds a state's bytes by name, as {@code Executable::state} does
     */
    public void load(Function<String, MemorySegment> state) {
        for (Weight w : weights) w.content().accept(state.apply(w.name()));
    }
}
