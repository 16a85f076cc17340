package dev.gatun.models.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ir.Input;
import dev.gatun.graph.ops.CrossEntropy;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import dev.gatun.models.layers.Initializer;
import dev.gatun.models.layers.Linear;
import dev.gatun.models.layers.ParameterTree;
import dev.gatun.models.optim.AdamW;
import dev.gatun.models.train.TrainingGraph;
import dev.gatun.models.vision.ImageSize;
import dev.gatun.models.vision.ResNet;
import dev.gatun.models.vision.ResNetConfig;
import dev.gatun.runtime.Backend;
import dev.gatun.runtime.Compiler;
import dev.gatun.runtime.Executable;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An imported model goes on training: with its last layer replaced, with some weights frozen, as a whole. */
class FineTuningTest {
    private static final int BATCH = 8;
    private static final int CLASSES = 3;
    private static final ImageSize SIZE = new ImageSize(8, 8, 3);

    /** A pre-trained body and a new head. */
    public record Tuned(OnnxNetwork body, Linear head) {
        Tensor loss(Tracer t) {
            Tensor images = t.data("images", TensorType.of(DType.F32, BATCH, SIZE.height(), SIZE.width(), SIZE.channels()));
            Tensor features = body.apply(Map.of("images", images)).getFirst();
            return CrossEntropy.mean(head.apply(features), t.data("labels", TensorType.of(DType.I32, BATCH)));
        }
    }

    /** A residual network as somebody might have left it. */
    private static Path resnet(Path folder) throws Exception {
        ResNet model = new ResNetConfig(SIZE, 10, ResNetConfig.Stem.SMALL, false, List.of(1), 8).model();
        ParameterTree tree = ParameterTree.of(model);
        Graph g = Tracer.trace("forward", t -> tree.bind(t, p -> {
            t.output("scores", model.logits(t.data("images", TensorType.of(DType.F32, BATCH, SIZE.height(), SIZE.width(), SIZE.channels()))));
            return p;
        }));
        Path file = folder.resolve("resnet.onnx");
        try (Compiler c = new Compiler(Backend.REFERENCE, 1); Executable e = c.compile(g)) {
            tree.initialize(7, e::state);
            OnnxExport.standard().write(file, g, e::state);
        }
        return file;
    }

    private static float[] train(Executable e, int steps) {
        Random random = new Random(3);
        int[] labels = random.ints(BATCH, 0, CLASSES).toArray();
        float[] images = new float[BATCH * SIZE.height() * SIZE.width() * SIZE.channels()];
        for (int i = 0; i < images.length; i++) images[i] = (float) random.nextGaussian() + labels[i * BATCH / images.length];
        float[] losses = new float[steps];
        for (int s = 0; s < steps; s++) {
            e.write(TrainingGraph.TRAIN, "images", images);
            e.write(TrainingGraph.TRAIN, "labels", labels);
            e.write(TrainingGraph.TRAIN, TrainingGraph.LEARNING_RATE, 0.01f);
            e.write(TrainingGraph.TRAIN, TrainingGraph.STEP, s + 1);
            e.run(TrainingGraph.TRAIN);
            losses[s] = e.scalar(TrainingGraph.TRAIN, TrainingGraph.LOSS);
        }
        return losses;
    }

    private static Map<String, float[]> weights(Executable e) {
        Map<String, float[]> all = new TreeMap<>();
        for (Input s : e.states()) {
            if (s.name().startsWith("body.")) all.put(s.name(), e.state(s.name()).toArray(ValueLayout.JAVA_FLOAT));
        }
        return all;
    }

    /** Trains; returns the names of the body's weights that changed. */
    private static List<String> changed(OnnxModel model, Predicate<String> frozen, int width) {
        Tuned tuned = new Tuned(model.network(Map.of(), frozen), Linear.of(width, CLASSES, Initializer.xavier(width, CLASSES)));
        ParameterTree tree = ParameterTree.of(tuned);
        Graph step = new TrainingGraph(AdamW.standard(), 1, false).train(tree, tuned::loss);
        try (Compiler c = new Compiler(Backend.SIMD, 1); Executable e = c.compile(step)) {
            tree.initialize(1, e::state);
            Map<String, float[]> before = weights(e);
            float[] losses = train(e, 30);
            assertThat(losses[29]).as("losses %s", Arrays.toString(losses)).isLessThan(0.5f * losses[0]);
            Map<String, float[]> after = weights(e);
            return before.keySet().stream().filter(n -> !Arrays.equals(before.get(n), after.get(n))).toList();
        }
    }

    /** The value that the last layer reads. */
    private static OnnxModel withoutHead(OnnxModel model) {
        List<Schema.Node> products = model.nodes().stream().filter(n -> n.operator().equals("MatMul") || n.operator().equals("Gemm")).toList();
        return model.upTo(products.getLast().inputs().getFirst());
    }

    @Test
    void aReplacedHeadLearnsOverAFrozenBody(@TempDir Path folder) throws Exception {
        OnnxModel body = withoutHead(OnnxModel.read(resnet(folder)));
        assertThat(changed(body, name -> true, 8)).isEmpty();
    }

    @Test
    void weightsAreFrozenByName(@TempDir Path folder) throws Exception {
        OnnxModel body = withoutHead(OnnxModel.read(resnet(folder)));
        List<String> changed = changed(body, name -> !name.startsWith("blocks.0.second"), 8);
        assertThat(changed).isNotEmpty().allMatch(n -> n.startsWith("body.weights.blocks.0.second"));
        assertThat(changed).noneMatch(n -> n.endsWith("mean") || n.endsWith("variance"));
    }

    @Test
    void allWeightsStartWithTheFilesNumbersAndTrain(@TempDir Path folder) throws Exception {
        OnnxModel model = OnnxModel.read(resnet(folder));
        OnnxNetwork network = model.network(Map.of(), name -> false);
        assertThat(network.weights().keySet()).contains("stem.weight", "stemNorm.bias", "output.weight");
        assertThat(network.fixed().keySet()).contains("stemNorm.mean", "stemNorm.variance");
        MemorySegment stored = MemorySegment.ofArray(new float[3 * 3 * 3 * 8]);
        network.weights().get("stem.weight").initializer().fill(99, "any", stored);
        float[] first = stored.toArray(ValueLayout.JAVA_FLOAT);
        assertThat(first[0]).isEqualTo(new Initializer.Normal(Math.sqrt(2.0 / 27)).at(7, "stem.weight".hashCode(), 0));
        assertThat(changed(model, name -> false, 10)).hasSizeGreaterThan(8);
    }

    @Test
    void inputsAreCheckedByName(@TempDir Path folder) throws Exception {
        OnnxNetwork network = OnnxModel.read(resnet(folder)).network(Map.of(), name -> true);
        assertThatThrownBy(() -> Tracer.trace("t", t -> ParameterTree.of(new Tuned(network, Linear.of(10, 3, Initializer.ZEROS))).bind(t,
                        p -> network.apply(Map.of("images", t.data("images", TensorType.of(DType.F32, 1, 2)))))))
                .isInstanceOf(OnnxException.class).hasMessageContaining("input images: expected f32[8,8,8,3], got f32[1,2]");
    }
}
