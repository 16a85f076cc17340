package dev.gatun.models.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import dev.gatun.models.gpt.Gpt;
import dev.gatun.models.gpt.GptConfig;
import dev.gatun.models.layers.ParameterTree;
import dev.gatun.models.optim.AdamW;
import dev.gatun.runtime.Backend;
import dev.gatun.runtime.Compiler;
import dev.gatun.runtime.Executable;
import dev.gatun.runtime.Precision;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Activations are computed again where they do not fit into memory; what comes out is the same. */
class MemoryBudgetTest {
    private static final int BATCH = 16;
    private static final int CONTEXT = 64;
    private static final int VOCABULARY = 50;
    private static final int STEPS = 2;

    private final Gpt gpt = Gpt.of(new GptConfig(VOCABULARY, CONTEXT, 2, 2, 32, GptConfig.Positions.LEARNED, 0.1));
    private final ParameterTree tree = ParameterTree.of(gpt);

    private Graph graph() {
        TensorType type = TensorType.of(DType.I32, BATCH, CONTEXT);
        return new TrainingGraph(AdamW.standard(), 1, true).train(tree, t -> gpt.loss(t.data("tokens", type), t.data("targets", type)));
    }

    private static long arena(long budget) {
        try (Compiler c = new Compiler(Backend.SIMD, Precision.F32, 1, budget)) {
            return c.plan(new MemoryBudgetTest().graph()).plans().getFirst().arenaBytes();
        }
    }

    /** Losses and all states after some steps. */
    private List<float[]> trained(long budget) {
        try (Compiler c = new Compiler(Backend.SIMD, Precision.F32, 1, budget); Executable e = c.compile(graph())) {
            assertThat(budget == 0 || e.arenaBytes() <= budget).isTrue();
            e.states().forEach(s -> e.state(s.name()).fill((byte) 0));
            tree.initialize(1, e::state);
            List<float[]> seen = new ArrayList<>();
            for (int step = 1; step <= STEPS; step++) {
                e.write(TrainingGraph.TRAIN, "tokens", tokens(step));
                e.write(TrainingGraph.TRAIN, "targets", tokens(-step));
                e.write(TrainingGraph.TRAIN, TrainingGraph.LEARNING_RATE, 1e-2f);
                e.write(TrainingGraph.TRAIN, TrainingGraph.STEP, step);
                e.run(TrainingGraph.TRAIN);
                seen.add(new float[] {e.scalar(TrainingGraph.TRAIN, TrainingGraph.LOSS), e.scalar(TrainingGraph.TRAIN, TrainingGraph.GRADIENT_NORM)});
            }
            e.states().forEach(s -> seen.add(e.state(s.name()).toArray(ValueLayout.JAVA_FLOAT)));
            return seen;
        }
    }

    private static int[] tokens(int seed) {
        Random r = new Random(seed);
        int[] ids = new int[BATCH * CONTEXT];
        Arrays.setAll(ids, i -> r.nextInt(VOCABULARY));
        return ids;
    }

    @Test
    void aSmallerArenaGivesTheSameStep() {
        long usual = arena(0);
        long small = usual * 3 / 4;
        List<float[]> expected = trained(0);
        List<float[]> actual = trained(small);
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < expected.size(); i++) assertThat(actual.get(i)).as("result %d", i).isEqualTo(expected.get(i));
    }

    @Test
    void aBudgetThatCannotBeMetSaysWhatIsNeeded() {
        assertThatThrownBy(() -> arena(1 << 20)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a memory budget of 1 MiB is too small").hasMessageMatching(".*need \\d+ MiB.*");
        assertThatThrownBy(() -> new Compiler(Backend.SIMD, Precision.F32, 1, -1)).hasMessageContaining("must not be negative");
    }
}
