package dev.gatun.models.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.gatun.bindings.OneDnnLibrary;
import dev.gatun.graph.autodiff.Grad;
import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ir.Input;
import dev.gatun.graph.ops.Philox;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.Shape;
import dev.gatun.graph.types.TensorType;
import dev.gatun.models.layers.ParameterTree;
import dev.gatun.models.layers.Statistic;
import dev.gatun.models.optim.Sgd;
import dev.gatun.models.train.TrainingGraph;
import dev.gatun.runtime.Backend;
import dev.gatun.runtime.Compiler;
import dev.gatun.runtime.Executable;
import dev.gatun.runtime.reference.Interpreter;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every kind of network: published sizes, gradients, agreement of backends. */
class ModelsTest {
    private static final ImageSize LARGE = new ImageSize(224, 224, 3);
    private static final ImageSize CIFAR = new ImageSize(32, 32, 3);
    private static final int BATCH = 3;
    private static final int STEPS = 3;
    private static final double LEAST_STEP = 1e-5;

    /** Networks of a few thousand parameters, with every part that their kind has. */
    static List<ImageConfig> tiny() {
        ImageSize image = new ImageSize(12, 14, 2);
        ImageSize patches = new ImageSize(6, 9, 2);
        return List.of(
                new LeNetConfig(image, 3, 3, 4, 7, 5),
                new ResNetConfig(new ImageSize(7, 9, 2), 3, ResNetConfig.Stem.SMALL, false, List.of(1, 2), 4),
                new ResNetConfig(new ImageSize(21, 18, 2), 3, ResNetConfig.Stem.LARGE, true, List.of(2, 1), 3),
                new VggConfig(new ImageSize(9, 8, 2), 3, List.of(3, 5), List.of(2, 1), 6, 0),
                new VggConfig(new ImageSize(9, 8, 2), 3, List.of(3, 5), List.of(1, 2), 0, 0),
                new MobileNetConfig(new ImageSize(9, 8, 2), 3, 3, 1, List.of(5, 7), List.of(2, 1)),
                new VitConfig(patches, 3, 3, 2, 2, 8, VitConfig.Pooling.TOKEN, 0),
                new VitConfig(patches, 3, 3, 1, 2, 8, VitConfig.Pooling.MEAN, 0));
    }

    private static long parameters(ImageConfig c) {
        return ParameterTree.of((Record) c.model()).elements();
    }

    private static ResNetConfig resNet(int layers, ImageSize image, int classes) {
        return ResNetConfig.of(layers, image, classes, ResNetConfig.Stem.of(image));
    }

    @Test
    void modelsHaveAsManyParametersAsPublished() {
        assertThat(parameters(LeNetConfig.of(new ImageSize(28, 28, 1), 10))).isEqualTo(61_706);
        assertThat(parameters(resNet(18, CIFAR, 10))).isEqualTo(11_173_962);
        assertThat(parameters(resNet(34, CIFAR, 10))).isEqualTo(21_282_122);
        assertThat(parameters(resNet(50, CIFAR, 10))).isEqualTo(23_520_842);
        assertThat(parameters(resNet(18, LARGE, 1000))).isEqualTo(11_689_512);
        assertThat(parameters(resNet(34, LARGE, 1000))).isEqualTo(21_797_672);
        assertThat(parameters(resNet(50, LARGE, 1000))).isEqualTo(25_557_032);
        assertThat(parameters(resNet(101, LARGE, 1000))).isEqualTo(44_549_160);
        assertThat(parameters(resNet(152, LARGE, 1000))).isEqualTo(60_192_808);
        // published with biases in front of the norms, which the norms take out again: one for each of 2,752 channels
        assertThat(parameters(VggConfig.vgg11(LARGE, 1000))).isEqualTo(132_868_840 - 2_752);
        assertThat(parameters(MobileNetConfig.large(LARGE, 1000))).isEqualTo(4_231_976);
        assertThat(parameters(VitConfig.base16(LARGE, 1000))).isEqualTo(86_567_656);
    }

    @Test
    void parametersAreNamedByTheirPath() {
        assertThat(names(resNet(50, CIFAR, 10))).contains("stem.weight", "blocks.0.shortcut.convolution.weight",
                "blocks.15.widenNorm.bias", "output.weight").doesNotContain("blocks.1.shortcut.convolution.weight");
        assertThat(names(VggConfig.small(CIFAR, 10))).contains("stages.2.1.norm.weight", "output.bias");
        assertThat(names(MobileNetConfig.small(CIFAR, 10))).contains("stem.convolution.weight", "blocks.5.pointwise.norm.bias");
        assertThat(names(VitConfig.small(CIFAR, 10))).contains("patches.weight", "token", "positions.weight",
                "layers.3.attention.qkv.weight", "norm.bias", "output.weight");
    }

    private static List<String> names(ImageConfig c) {
        return ParameterTree.of((Record) c.model()).entries().stream().map(ParameterTree.Entry::name).toList();
    }

    @Test
    void largeModelsScoreAllClasses() {
        List<ImageConfig> configs = List.of(resNet(34, LARGE, 1000), resNet(50, LARGE, 1000), VggConfig.vgg11(LARGE, 1000),
                MobileNetConfig.large(LARGE, 1000), VitConfig.base16(LARGE, 1000), resNet(50, CIFAR, 10), VggConfig.small(CIFAR, 10),
                MobileNetConfig.small(CIFAR, 10), VitConfig.small(CIFAR, 10), LeNetConfig.of(CIFAR, 10));
        for (ImageConfig c : configs) {
            ParameterTree tree = ParameterTree.of((Record) c.model());
            ImageModel model = c.model();
            ParameterTree own = ParameterTree.of((Record) model);
            assertThat(own.elements()).isEqualTo(tree.elements());
            Tracer.trace("scores", t -> own.bind(t, p -> {
                Tensor logits = model.logits(t.data("images", images(c, 2)));
                assertThat(logits.shape()).as(c.toString()).isEqualTo(Shape.of(2, c.classes()));
                t.output("logits", logits);
                return p;
            }));
        }
    }

    private static TensorType images(ImageConfig c, int batch) {
        return TensorType.of(DType.F32, batch, c.image().height(), c.image().width(), c.image().channels());
    }

    private static Tensor loss(ImageModel model, ImageConfig c, Tracer t) {
        return model.loss(t.data("images", images(c, BATCH)), t.data("labels", TensorType.of(DType.I32, BATCH)));
    }

    private static float[] pixels(ImageConfig c) {
        float[] x = new float[(int) images(c, BATCH).elements()];
        for (int i = 0; i < x.length; i++) x[i] = Philox.normal(3, 4, 5, i);
        return x;
    }

    private static int[] labels() {
        return new int[] {0, 2, 1};
    }

    @ParameterizedTest
    @MethodSource("tiny")
    void gradientsAgreeWithFiniteDifferences(ImageConfig c) {
        ImageModel model = c.model();
        ParameterTree tree = ParameterTree.of((Record) model);
        Graph g = Tracer.trace("gradients", t -> tree.bind(t, tensors -> {
            Tensor loss = Statistic.training(t, () -> loss(model, c, t));
            t.output("loss", loss);
            List<Tensor> gradients = Grad.of(loss, tensors);
            for (int i = 0; i < gradients.size(); i++) t.output("gradient" + i, gradients.get(i));
            return tensors;
        }));
        Map<String, double[]> in = inputs(g, c, tree);
        Interpreter exact = new Interpreter(g, true);
        Map<String, double[]> at = exact.run(in);
        for (int k = 0; k < tree.entries().size(); k++) {
            double[] x = in.get(tree.entries().get(k).name());
            int i = (7 * k + 3) % x.length;
            double slope = at.get("gradient" + k)[i];
            double keep = x[i];
            double difference = 0;
            for (double h = 1e-4; h >= LEAST_STEP; h /= 10) { // smaller where a rectifier's edge lies between
                x[i] = keep + h;
                double up = exact.run(in).get("loss")[0];
                x[i] = keep - h;
                difference = (up - exact.run(in).get("loss")[0]) / (2 * h);
                if (Math.abs(difference - slope) <= 1e-6) break;
            }
            x[i] = keep;
            assertThat(slope).as(tree.entries().get(k).name() + "[" + i + "]").isCloseTo(difference, within(1e-6));
        }
    }

    /** First values of a model and one batch, under the graph's names. */
    private static Map<String, double[]> inputs(Graph g, ImageConfig c, ParameterTree tree) {
        Map<String, MemorySegment> states = new HashMap<>();
        for (Input s : g.inputs(Input.Role.STATE)) {
            states.put(s.name(), MemorySegment.ofArray(new float[(int) s.value().type().elements()]));
        }
        tree.initialize(1, states::get);
        Map<String, double[]> in = new HashMap<>();
        states.forEach((name, s) -> in.put(name, doubles(s.toArray(ValueLayout.JAVA_FLOAT))));
        in.put("images", doubles(pixels(c)));
        in.put("labels", new double[] {labels()[0], labels()[1], labels()[2]});
        return in;
    }

    private static double[] doubles(float[] x) {
        double[] y = new double[x.length];
        for (int i = 0; i < y.length; i++) y[i] = x[i];
        return y;
    }

    @ParameterizedTest
    @MethodSource("tiny")
    void backendsTakeTheSameSteps(ImageConfig c) {
        double[] expected = losses(c, Backend.REFERENCE);
        assertThat(expected[STEPS - 1]).as("the loss falls").isLessThan(expected[0]);
        assertThat(losses(c, Backend.SIMD)).containsExactly(expected, within(2e-4));
        assumeThat(OneDnnLibrary.probe()).isInstanceOf(OneDnnLibrary.Ready.class);
        assertThat(losses(c, Backend.ONEDNN)).containsExactly(expected, within(2e-4));
    }

    private static double[] losses(ImageConfig c, Backend backend) {
        ImageModel model = c.model();
        ParameterTree tree = ParameterTree.of((Record) model);
        Graph g = new TrainingGraph(new Sgd(0.5, false, 0), 0, false).train(tree, t -> loss(model, c, t));
        double[] losses = new double[STEPS];
        try (Compiler compiler = new Compiler(backend, 2); Executable e = compiler.compile(g)) {
            e.states().forEach(s -> e.state(s.name()).fill((byte) 0));
            tree.initialize(1, e::state);
            e.write(TrainingGraph.TRAIN, "images", pixels(c));
            e.write(TrainingGraph.TRAIN, "labels", labels());
            for (int i = 0; i < STEPS; i++) {
                e.write(TrainingGraph.TRAIN, TrainingGraph.LEARNING_RATE, 0.01f);
                e.write(TrainingGraph.TRAIN, TrainingGraph.STEP, i + 1);
                e.run(TrainingGraph.TRAIN);
                losses[i] = e.scalar(TrainingGraph.TRAIN, TrainingGraph.LOSS);
            }
        }
        return losses;
    }

    @Test
    void sizesThatDoNotFitAreNamed() {
        assertThatThrownBy(() -> new VitConfig(new ImageSize(28, 30, 1), 10, 4, 1, 1, 8, VitConfig.Pooling.MEAN, 0))
                .hasMessageContaining("patches of 4x4 do not tile images of 28x30x1");
        assertThatThrownBy(() -> new VitConfig(CIFAR, 10, 4, 1, 3, 8, VitConfig.Pooling.MEAN, 0)).hasMessageContaining("heads must divide width");
        assertThatThrownBy(() -> VggConfig.vgg11(new ImageSize(28, 28, 1), 10)).hasMessageContaining("5 stages halve images of 28x28x1 to nothing");
        assertThatThrownBy(() -> LeNetConfig.of(new ImageSize(11, 28, 1), 10)).hasMessageContaining("at least 12x12");
        assertThatThrownBy(() -> resNet(20, CIFAR, 10)).hasMessageContaining("18, 34, 50, 101 or 152");
        assertThatThrownBy(() -> LeNetConfig.of(CIFAR, 0)).hasMessageContaining("classes");
        assertThatThrownBy(() -> new MobileNetConfig(CIFAR, 10, 8, 1, List.of(8), List.of(1, 2))).hasMessageContaining("a width and a stride");
        assertThatThrownBy(() -> new ImageSize(0, 3, 1)).hasMessageContaining("0x3");
    }
}
