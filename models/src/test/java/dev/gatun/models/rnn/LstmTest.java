package dev.gatun.models.rnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import dev.gatun.models.generate.Generator;
import dev.gatun.models.generate.Sampler;
import dev.gatun.models.layers.ParameterTree;
import dev.gatun.models.optim.AdamW;
import dev.gatun.models.train.TrainingGraph;
import dev.gatun.runtime.Backend;
import dev.gatun.runtime.Compiler;
import dev.gatun.runtime.Executable;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LstmTest {
    private static final LstmConfig SMALL = new LstmConfig(11, 6, 2, 24, 8, 0);

    @Test
    void parametersAreNamedByTheirPath() {
        List<String> names = ParameterTree.of(Lstm.of(SMALL)).entries().stream().map(ParameterTree.Entry::name).toList();
        assertThat(names).containsExactly("tokens.weight", "layers.layers.0.forward.inputWeight", "layers.layers.0.forward.hiddenWeight",
                "layers.layers.0.forward.bias", "layers.layers.1.forward.inputWeight", "layers.layers.1.forward.hiddenWeight",
                "layers.layers.1.forward.bias", "output.weight", "output.bias");
    }

    @Test
    void lossIsThatOfTheScoresOfEachPositionAndFalls() {
        Lstm lstm = Lstm.of(SMALL);
        ParameterTree tree = ParameterTree.of(lstm);
        TensorType ids = TensorType.of(DType.I32, 2, 6);
        int[] tokens = {1, 2, 3, 4, 5, 6, 10, 9, 8, 7, 6, 5};
        int[] targets = {2, 3, 4, 5, 6, 7, 9, 8, 7, 6, 5, 4};
        try (Compiler c = new Compiler(Backend.SIMD, 1);
                Executable e = c.compile(
                        new TrainingGraph(new AdamW(0.9, 0.999, 1e-8, 0, false), 1, false)
                                .train(tree, t -> lstm.loss(t.data("tokens", ids), t.data("targets", ids))),
                        Tracer.trace("scores", t -> tree.bind(t, bound -> {
                            t.output("logits", lstm.logits(t.data("tokens", ids)));
                            return bound;
                        })),
                        Generator.graphs(lstm, tree, 1).get(0),
                        Generator.graphs(lstm, tree, 1).get(1))) {
            e.states().forEach(s -> e.state(s.name()).fill((byte) 0));
            tree.initialize(1, e::state);
            float[] logits = scores(e, tokens);
            e.write(TrainingGraph.TRAIN, "tokens", tokens);
            e.write(TrainingGraph.TRAIN, "targets", targets);
            e.write(TrainingGraph.TRAIN, TrainingGraph.LEARNING_RATE, 1e-2f);
            float first = train(e, 1);
            assertThat((double) first).isCloseTo(crossEntropy(logits, targets), within(1e-4));
            float last = first;
            for (int step = 2; step <= 80; step++) last = train(e, step);
            assertThat(last).isLessThan(first / 2);
            // likeliest tokens one by one, with what is carried kept, as by running the whole text again each time
            List<Integer> written = new ArrayList<>();
            new Generator(e, lstm, 1).generate(new int[] {1, 2, 3}, 3, new Sampler(0, 0, 1), written::add, () -> false);
            int[] text = {1, 2, 3, 0, 0, 0, 10, 9, 8, 7, 6, 5};
            for (int i = 3; i < 6; i++) {
                text[i] = likeliest(scores(e, text), i - 1);
                assertThat(written.get(i - 3)).isEqualTo(text[i]);
            }
        }
    }

    private static int likeliest(float[] logits, int row) {
        int best = 0;
        for (int i = 1; i < 11; i++) {
            if (logits[row * 11 + i] > logits[row * 11 + best]) best = i;
        }
        return best;
    }

    private static float train(Executable e, int step) {
        e.write(TrainingGraph.TRAIN, TrainingGraph.STEP, step);
        e.run(TrainingGraph.TRAIN);
        return e.scalar(TrainingGraph.TRAIN, TrainingGraph.LOSS);
    }

    private static float[] scores(Executable e, int[] tokens) {
        float[] logits = new float[12 * 11];
        e.write("scores", "tokens", tokens);
        e.run("scores");
        e.read("scores", "logits", logits);
        return logits;
    }

    private static double crossEntropy(float[] logits, int[] targets) {
        double sum = 0;
        for (int row = 0; row < targets.length; row++) {
            double total = 0;
            for (int i = 0; i < 11; i++) total += Math.exp(logits[row * 11 + i]);
            sum += Math.log(total) - logits[row * 11 + targets[row]];
        }
        return sum / targets.length;
    }

    @Test
    void sizesAndLengthsAreChecked() {
        assertThatThrownBy(() -> new LstmConfig(10, 8, 0, 16, 16, 0)).hasMessage("layers must lie in 1..16777216, got 0");
        assertThatThrownBy(() -> new LstmConfig(10, 8, 1, 16, 16, 1)).hasMessageContaining("dropout must lie in [0,1)");
        assertThatThrownBy(() -> LstmPreset.of("huge")).hasMessage("no preset 'huge': choose one of tiny, small, medium");
        Lstm lstm = Lstm.of(SMALL);
        assertThatThrownBy(() -> Tracer.trace("long", t -> ParameterTree.of(lstm).bind(t, bound -> {
            Tensor y = lstm.hidden(t.data("tokens", TensorType.of(DType.I32, 1, 7)));
            return y;
        }))).hasMessage("Lstm: 7 tokens do not fit into the context of 6");
    }
}
