package dev.gatun.graph.ops;

import java.util.List;

/** Reverse-mode differentiation of a piece of the trace, supplied by {@code Grad}. */
public interface Pullback {
    /**
     * Gradients for the inputs, given gradients for the outputs.
     *
     * @param outputs values computed from the inputs
     * @param cotangents one for each output, {@code null} where nothing depends on it
     * @param inputs where to stop
     * @return one for each input, {@code null} where no path leads to it
     */
    List<Tensor> pull(List<Tensor> outputs, List<Tensor> cotangents, List<Tensor> inputs);

    /** Gradients of a loop's operands, by a loop that runs the other way. */
    List<Tensor> pull(Scan scan, Adjoint at);
}
