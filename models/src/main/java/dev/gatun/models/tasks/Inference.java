package dev.gatun.models.tasks;

import dev.gatun.graph.trace.Tracer;
import dev.gatun.models.layers.ParameterTree;
import dev.gatun.models.train.RunFolder;
import dev.gatun.runtime.Compiler;
import dev.gatun.runtime.Executable;
import java.io.IOException;
import java.util.function.Consumer;

/** Functions over the weights of a run. */
final class Inference {
    private Inference() {}

    /**
     * Compiles a function and reads the weights.
     *
     * @param body declares its data inputs and its results
     * @throws dev.gatun.models.checkpoint.CheckpointException when weights are missing or of other shapes
     */
    static Executable compile(Compiler compiler, RunFolder folder, ParameterTree parameters, String function, Consumer<Tracer> body)
            throws IOException {
        folder.checkWeights(parameters);
        Executable executable = compiler.compile(Tracer.trace(function, t -> parameters.bind(t, p -> {
            body.accept(t);
            return p;
        })));
        try {
            folder.readWeights(parameters, executable);
            return executable;
        } catch (IOException | RuntimeException e) {
            executable.close();
            throw e;
        }
    }
}
