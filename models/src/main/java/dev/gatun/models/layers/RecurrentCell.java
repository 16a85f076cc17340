package dev.gatun.models.layers;

import dev.gatun.graph.ops.Tensor;
import java.util.List;

/**
 * One step of a recurrent layer. What depends on the input alone is kept apart, so that one product serves all steps.
 */
public sealed interface RecurrentCell permits LstmCell, GruCell {
    /** Length of an input vector. */
    int in();

    /** Length of the hidden vector. */
    int width();

    /** How many vectors are carried from step to step; the first is the hidden one. */
    int carries();

    /** What the gates get of the inputs, for all steps at once: {@code [..., in] -> [..., gates * width]}. */
    Tensor gates(Tensor x);

    /**
     * One step.
     *
     * @param gates of this step's input, {@code [batch, gates * width]}
     * @param state what is carried, each {@code [batch, width]}
     */
    List<Tensor> next(Tensor gates, List<Tensor> state);
}
