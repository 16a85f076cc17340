package dev.gatun.models.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ops.CrossEntropy;
import dev.gatun.graph.ops.Images;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import dev.gatun.models.layers.BatchNorm;
import dev.gatun.models.layers.Conv2d;
import dev.gatun.models.layers.Initializer;
import dev.gatun.models.layers.Linear;
import dev.gatun.models.layers.ParameterTree;
import dev.gatun.models.layers.Statistic;
import dev.gatun.models.optim.Sgd;
import dev.gatun.models.train.TrainingGraph;
import dev.gatun.runtime.Backend;
import dev.gatun.runtime.Compiler;
import dev.gatun.runtime.Executable;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.api.Test;

class VisionTest {
    private static final TensorType IMAGES = TensorType.of(DType.F32, 8, 6, 6, 3);
    private static final TensorType LABELS = TensorType.of(DType.I32, 8);

    /** A stem and a block with a shortcut that changes the shape. */
    record Tiny(Conv2d stem, BatchNorm norm, ResidualBlock block, Linear output) {
        static Tiny of() {
            return new Tiny(Conv2d.withoutBias(3, 5, 3, 1, 1), BatchNorm.of(5), ResidualBlock.of(5, 7, 2),
                    Linear.of(7, 2, new Initializer.Normal(0.3)));
        }

        Tensor loss(Tensor images, Tensor labels) {
            return CrossEntropy.mean(logits(images), labels);
        }

        private Tensor logits(Tensor images) {
            return output.apply(Images.globalAverage(block.apply(norm.apply(stem.apply(images)).relu())));
        }
    }

    private static float[] images() {
        Random r = new Random(3);
        float[] x = new float[(int) IMAGES.elements()];
        for (int i = 0; i < x.length; i++) x[i] = (float) r.nextGaussian() + (i / (x.length / 8) % 2 == 0 ? 0.5f : -0.5f);
        return x;
    }

    private static Graph train(ParameterTree tree, Tiny model) {
        return new TrainingGraph(new Sgd(0.9, false, 0), 0, false)
                .train(tree, t -> model.loss(t.data("images", IMAGES), t.data("labels", LABELS)));
    }

    @Test
    void aResidualNetworkLearnsAndItsEvaluationUsesRunningStatistics() {
        Tiny model = Tiny.of();
        ParameterTree tree = ParameterTree.of(model);
        int[] labels = {0, 1, 0, 1, 0, 1, 0, 1};
        try (Compiler compiler = new Compiler(Backend.SIMD, 1);
                Executable e = compiler.compile(train(tree, model), TrainingGraph.evaluate(tree,
                        t -> t.output(TrainingGraph.LOSS, model.loss(t.data("images", IMAGES), t.data("labels", LABELS)))))) {
            e.states().forEach(s -> e.state(s.name()).fill((byte) 0));
            tree.initialize(1, e::state);
            assertThat(e.state("norm.variance").toArray(ValueLayout.JAVA_FLOAT)).containsOnly(1);
            float[] x = images();
            for (String f : new String[] {TrainingGraph.TRAIN, TrainingGraph.EVALUATE}) {
                e.write(f, "images", x);
                e.write(f, "labels", labels);
            }
            e.run(TrainingGraph.EVALUATE);
            float before = e.scalar(TrainingGraph.EVALUATE, TrainingGraph.LOSS);
            for (int step = 1; step <= 80; step++) {
                e.write(TrainingGraph.TRAIN, TrainingGraph.LEARNING_RATE, 0.02f);
                e.write(TrainingGraph.TRAIN, TrainingGraph.STEP, step);
                e.run(TrainingGraph.TRAIN);
            }
            assertThat(e.scalar(TrainingGraph.TRAIN, TrainingGraph.LOSS)).isLessThan(0.1f);
            float[] mean = e.state("norm.mean").toArray(ValueLayout.JAVA_FLOAT);
            e.run(TrainingGraph.EVALUATE);
            assertThat(e.scalar(TrainingGraph.EVALUATE, TrainingGraph.LOSS)).isLessThan(before / 2);
            assertThat(e.state("norm.mean").toArray(ValueLayout.JAVA_FLOAT)).as("evaluation changes nothing").isEqualTo(mean);
        }
    }

    /** One norm over rows of 2 channels. */
    record Normed(BatchNorm norm) {}

    @Test
    void runningStatisticsFollowTheBatch() {
        Normed model = new Normed(BatchNorm.of(2));
        ParameterTree tree = ParameterTree.of(model);
        Graph g = Tracer.trace("step", t -> tree.bind(t, p -> {
            t.output("y", Statistic.training(t, () -> model.norm.apply(t.data("x", TensorType.of(DType.F32, 4, 2)))));
            return p;
        }));
        try (Compiler compiler = new Compiler(Backend.SIMD, 1); Executable e = compiler.compile(g)) {
            tree.initialize(1, e::state);
            e.write("step", "x", new float[] {1, 1001, 2, 1002, 3, 1003, 6, 1006});
            e.run("step");
            float[] mean = e.state("norm.mean").toArray(ValueLayout.JAVA_FLOAT);
            float[] variance = e.state("norm.variance").toArray(ValueLayout.JAVA_FLOAT);
            assertThat(mean[0]).isCloseTo(0.3f, within(1e-6f)); // 0.9 * 0 + 0.1 * 3
            assertThat(mean[1]).isCloseTo(100.3f, within(1e-4f));
            assertThat(variance[0]).isCloseTo(0.9f + 0.1f * 14 / 3, within(1e-5f)); // unbiased
            for (int i = 0; i < 200; i++) e.run("step");
            variance = e.state("norm.variance").toArray(ValueLayout.JAVA_FLOAT);
            assertThat(variance[1]).as("a mean of 1000 cancels no digits").isCloseTo(14f / 3, within(1e-4f));
        }
    }

    @Test
    void aStatisticIsUpdatedOnceAndOnlyInTraining() {
        Normed model = new Normed(BatchNorm.of(2));
        ParameterTree tree = ParameterTree.of(model);
        assertThatThrownBy(() -> Tracer.trace("step", t -> tree.bind(t, p -> Statistic.training(t, () -> {
            Tensor x = t.data("x", TensorType.of(DType.F32, 4, 2));
            return model.norm.apply(model.norm.apply(x));
        })))).isInstanceOf(IllegalStateException.class).hasMessageContaining("norm.mean is updated twice in one step");
        assertThatThrownBy(() -> model.norm.mean().tensor()).hasMessageContaining("only inside ParameterTree.bind");
        assertThatThrownBy(() -> Tracer.trace("step", t -> tree.bind(t, p -> {
            model.norm.mean().update(t.data("x", TensorType.of(DType.F32, 2)));
            return p;
        }))).hasMessageContaining("a statistic changes in training only");
    }
}
