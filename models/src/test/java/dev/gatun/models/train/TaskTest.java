package dev.gatun.models.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.graph.ops.CrossEntropy;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import dev.gatun.models.layers.BatchNorm;
import dev.gatun.models.layers.Initializer;
import dev.gatun.models.layers.Linear;
import dev.gatun.models.layers.ParameterTree;
import dev.gatun.models.optim.LearningRate;
import dev.gatun.models.optim.Sgd;
import dev.gatun.runtime.Backend;
import dev.gatun.runtime.Compiler;
import dev.gatun.runtime.Executable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A task that has nothing to do with text goes through the trainer and its run folder. */
class TaskTest {
    private static final int BATCH = 16;
    private static final int FEATURES = 6;

    /** Which half-space a point lies in; with a norm, so that there are statistics. */
    record Classifier(Linear hidden, BatchNorm norm, Linear output) {
        static Classifier of() {
            Initializer weights = new Initializer.Normal(0.3);
            return new Classifier(Linear.of(FEATURES, 8, weights), BatchNorm.of(8), Linear.of(8, 2, weights));
        }

        Tensor logits(Tensor x) {
            return output.apply(norm.apply(hidden.apply(x).reshape(BATCH, 1, 1, 8)).reshape(BATCH, 8).relu());
        }
    }

    /** Points and the side they lie on. */
    private static final class Sides implements Task {
        private final Classifier model = Classifier.of();
        private final float[] points = new float[BATCH * FEATURES];
        private final int[] sides = new int[BATCH];

        @Override
        public String kind() {
            return "sides";
        }

        @Override
        public Map<String, Object> sizes() {
            return Map.of("features", FEATURES);
        }

        @Override
        public Record model() {
            return model;
        }

        @Override
        public Tensor loss(Tracer t) {
            return CrossEntropy.mean(logits(t), t.data("sides", TensorType.of(DType.I32, BATCH)));
        }

        private Tensor logits(Tracer t) {
            return model.logits(t.data("points", TensorType.of(DType.F32, BATCH, FEATURES)));
        }

        @Override
        public void evaluate(Tracer t) {
            Tensor logits = logits(t);
            t.output("logits", logits);
            t.output(TrainingGraph.LOSS, CrossEntropy.mean(logits, t.data("sides", TensorType.of(DType.I32, BATCH))));
        }

        private void draw(long number) {
            java.util.Random r = new java.util.Random(number);
            for (int i = 0; i < points.length; i++) points[i] = (float) r.nextGaussian();
            for (int i = 0; i < BATCH; i++) sides[i] = points[i * FEATURES] > points[i * FEATURES + 1] ? 1 : 0;
        }

        @Override
        public void write(Inputs into, Draw draw) {
            draw(draw.batch());
            into.write("points", points);
            into.write("sides", sides);
        }

        @Override
        public Validation validate(Executable executable, int most) {
            float[] logits = new float[2 * BATCH];
            double loss = 0;
            double correct = 0;
            for (int b = 0; b < most; b++) {
                draw(-1L - b);
                Inputs into = new Inputs(executable, TrainingGraph.EVALUATE);
                into.write("points", points);
                into.write("sides", sides);
                executable.run(TrainingGraph.EVALUATE);
                executable.read(TrainingGraph.EVALUATE, "logits", logits);
                loss += executable.scalar(TrainingGraph.EVALUATE, TrainingGraph.LOSS);
                for (int i = 0; i < BATCH; i++) correct += (logits[2 * i + 1] > logits[2 * i] ? 1 : 0) == sides[i] ? 1 : 0;
            }
            return new Validation((long) most * BATCH, Map.of(Validation.LOSS, loss / most, "accuracy", correct / most / BATCH));
        }

        @Override
        public List<String> metrics() {
            return List.of(Validation.LOSS, "accuracy");
        }

        @Override
        public int batch() {
            return BATCH;
        }

        @Override
        public long batchesPerEpoch() {
            return 10;
        }

        @Override
        public String example() {
            return "point";
        }

        @Override
        public String unit() {
            return "point";
        }

        @Override
        public int unitsPerBatch() {
            return BATCH;
        }

        @Override
        public String data() {
            return "drawn";
        }
    }

    @TempDir
    Path dir;

    @Test
    void metricsOfItsOwnReachTheProgressAndTheFile() throws Exception {
        TrainingSettings settings = new TrainingSettings(150, new LearningRate.Constant(0.3), new Sgd(0.9, false, 0), 0, 1, 50, 4);
        try (Compiler compiler = new Compiler(Backend.SIMD, 1); Trainer t = new Trainer(compiler, new Sides(), settings)) {
            RunFolder folder = RunFolder.create(dir.resolve("run"), false);
            List<Progress> seen = new ArrayList<>();
            try (Metrics metrics = new Metrics(folder, t.task())) {
                t.run(p -> {
                    seen.add(p);
                    metrics.accept(p);
                }, () -> false);
            }
            assertThat(seen.getLast().validation().get("accuracy")).isGreaterThan(0.9);
            assertThat(seen.getLast().unit()).isEqualTo("point");
            List<String> lines = Files.readAllLines(folder.metrics());
            assertThat(lines.getFirst()).isEqualTo(
                    "step,train_loss,validation_loss,validation_accuracy,learning_rate,gradient_norm,points_per_second,seconds");
            assertThat(lines.get(1).split(",")).hasSize(8);
            assertThat(lines.get(150).split(",")[3]).startsWith("0.9");

            folder.save(t);
            assertThat(RunFolder.open(folder.path()).kind()).isEqualTo("sides");
            assertThat(folder.sizes().whole("features")).isEqualTo(FEATURES);
            Validation trained = t.validate(3);
            ParameterTree tree = ParameterTree.of(Classifier.of());
            t.executable().states().forEach(s -> t.executable().state(s.name()).fill((byte) 0));
            folder.checkWeights(tree);
            folder.readWeights(tree, t.executable());
            assertThat(t.validate(3)).as("running statistics are part of the weights").isEqualTo(trained);
        }
    }
}
