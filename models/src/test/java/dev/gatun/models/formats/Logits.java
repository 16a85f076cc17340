package dev.gatun.models.formats;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import dev.gatun.models.language.LanguageModel;
import dev.gatun.runtime.Backend;
import dev.gatun.runtime.Compiler;
import dev.gatun.runtime.Executable;
import java.io.IOException;
import java.nio.file.Path;

/** Runs models that were read. */
final class Logits {
    private Logits() {}

    /** Scores after each token, {@code [time x vocabulary]}. */
    static float[] of(ForeignModel foreign, int[] ids) {
        LanguageModel model = (LanguageModel) foreign.model();
        try (Compiler compiler = new Compiler(Backend.SIMD, 1);
                Executable e = compiler.compile(Tracer.trace("logits", t -> foreign.parameters().bind(t, p -> {
                    t.output("logits", model.logits(t.data("ids", TensorType.of(DType.I32, 1, ids.length))));
                    return p;
                })))) {
            foreign.readWeights(e::state);
            e.write("logits", "ids", ids);
            e.run("logits");
            float[] logits = new float[ids.length * model.vocabulary()];
            e.read("logits", "logits", logits);
            return logits;
        }
    }

    static float[] of(Path path, int[] ids) throws IOException {
        try (ForeignModel m = ForeignModel.open(path)) {
            return of(m, ids);
        }
    }

    static void close(float[] actual, double[][] expected, double tolerance) {
        double worst = 0;
        double largest = 0;
        for (int t = 0; t < expected.length; t++) {
            for (int i = 0; i < expected[t].length; i++) {
                worst = Math.max(worst, Math.abs(actual[t * expected[t].length + i] - expected[t][i]));
                largest = Math.max(largest, Math.abs(expected[t][i]));
            }
        }
        assertThat(actual).hasSize(expected.length * expected[0].length);
        assertThat(largest).as("the scores differ from zero").isGreaterThan(0.1);
        assertThat(worst).isLessThan(tolerance);
    }
}
