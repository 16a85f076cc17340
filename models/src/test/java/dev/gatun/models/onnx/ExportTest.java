package dev.gatun.models.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ir.Input;
import dev.gatun.graph.ops.Conv2dInputGrad;
import dev.gatun.graph.ops.Images;
import dev.gatun.graph.ops.Pad;
import dev.gatun.graph.ops.Pool2d;
import dev.gatun.graph.ops.RandomUniform;
import dev.gatun.graph.ops.Scan;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.Shape;
import dev.gatun.graph.types.TensorType;
import dev.gatun.models.bert.Bert;
import dev.gatun.models.bert.BertConfig;
import dev.gatun.models.gpt.Gpt;
import dev.gatun.models.gpt.GptConfig;
import dev.gatun.models.layers.ParameterTree;
import dev.gatun.models.llama.Llama;
import dev.gatun.models.llama.LlamaConfig;
import dev.gatun.models.mlp.Perceptron;
import dev.gatun.models.mlp.PerceptronConfig;
import dev.gatun.models.rnn.Lstm;
import dev.gatun.models.rnn.LstmConfig;
import dev.gatun.models.tasks.ForwardGraph;
import dev.gatun.models.vision.ImageConfig;
import dev.gatun.models.vision.ImageModel;
import dev.gatun.models.vision.ImageSize;
import dev.gatun.models.vision.LeNet;
import dev.gatun.models.vision.MobileNetConfig;
import dev.gatun.models.vision.ResNetConfig;
import dev.gatun.models.vision.VggConfig;
import dev.gatun.models.vision.VitConfig;
import dev.gatun.runtime.Backend;
import dev.gatun.runtime.Compiler;
import dev.gatun.runtime.Executable;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Exported graphs in onnxruntime, and imported again: all three compute the same. */
class ExportTest {
    private static Graph forward(Record model, TensorType input, UnaryOperator<Tensor> body) {
        return Tracer.trace("forward", t -> ParameterTree.of(model).bind(t, p -> {
            t.output("scores", body.apply(t.data("x", input)));
            return p;
        }));
    }

    private static Graph image(ImageConfig config, int batch) {
        ImageModel model = config.model();
        ImageSize s = config.image();
        return forward((Record) model, TensorType.of(DType.F32, batch, s.height(), s.width(), s.channels()), model::logits);
    }

    private static Map<String, Graph> models() {
        Map<String, Graph> graphs = new HashMap<>();
        ImageSize small = new ImageSize(32, 32, 3);
        LeNet lenet = LeNet.of(1, 10);
        graphs.put("lenet", forward(lenet, TensorType.of(DType.F32, 2, 28, 28, 1), lenet::logits));
        graphs.put("resnet-18", image(new ResNetConfig(small, 10, ResNetConfig.Stem.of(small), false, List.of(2, 2, 2, 2), 8), 1));
        ImageSize large = new ImageSize(64, 64, 3);
        graphs.put("resnet-50", image(new ResNetConfig(large, 7, ResNetConfig.Stem.LARGE, true, List.of(1, 1, 1, 1), 16), 2));
        graphs.put("mobilenet", image(MobileNetConfig.small(small, 10), 2));
        graphs.put("vgg", image(new VggConfig(small, 10, List.of(8, 16), List.of(1, 2), 32, 0.5), 2));
        graphs.put("vit", image(new VitConfig(small, 10, 8, 2, 4, 32, VitConfig.Pooling.TOKEN, 0.1), 2));
        Gpt gpt = Gpt.of(GptConfig.of(50, 16, 2, 4, 32));
        graphs.put("gpt", forward(gpt, TensorType.of(DType.I32, 2, 16), gpt::logits));
        Llama llama = Llama.of(LlamaConfig.of(50, 16, 2, 4, 2, 32));
        graphs.put("llama", forward(llama, TensorType.of(DType.I32, 2, 16), llama::logits));
        graphs.put("lstm", whole(Lstm.of(new LstmConfig(50, 9, 2, 12, 8, 0.1))));
        graphs.put("bert for tokens", whole(Bert.of(new BertConfig(50, 11, 2, 2, 3, 24, 40, 1e-12, false, true, 0))));
        graphs.put("bert for classes", whole(Bert.of(new BertConfig(50, 11, 2, 2, 3, 24, 40, 1e-12, true, false, 4))));
        graphs.put("bert", whole(Bert.of(new BertConfig(50, 11, 2, 1, 2, 16, 24, 1e-12, false, false, 0))));
        graphs.put("mlp", whole(Perceptron.of(new PerceptronConfig(7, List.of(9, 5), 3, 0.1))));
        return graphs;
    }

    private static Graph whole(Record model) {
        return ForwardGraph.of(model, ParameterTree.of(model), 2, 0);
    }

    /** Graphs of single ops that the models do not have. */
    private static Map<String, Graph> pieces() {
        Map<String, Graph> graphs = new HashMap<>();
        graphs.put("transposed convolution", Tracer.trace("forward", t -> {
            Tensor w = t.state("w", TensorType.of(DType.F32, 3, 3, 4, 5));
            t.output("y", Conv2dInputGrad.transposed(t.data("x", TensorType.of(DType.F32, 2, 6, 5, 5)), w, 2, 1, 1, 1, 1));
        }));
        graphs.put("views", Tracer.trace("forward", t -> {
            Tensor x = t.data("x", TensorType.of(DType.F32, 2, 6, 5));
            List<Tensor> parts = x.split(1, List.of(1, 2, 3));
            Tensor y = Tensor.concat(1, List.of(parts.get(2).slice(2, 1, 4), parts.get(0).slice(2, 0, 3)));
            t.output("y", y.transpose(2, 0, 1).apply(new Pad(1, 2, 1)));
            t.output("same", x);
            t.output("fixed", Tensor.iota(Shape.of(3, 2), 0).cast(DType.F32).mul(0.5));
        }));
        graphs.put("choices", Tracer.trace("forward", t -> {
            Tensor x = t.data("x", TensorType.of(DType.F32, 3, 9));
            Tensor best = x.equal(x.maxLast().broadcast(x.shape())).cast(DType.I32).mul(3);
            t.output("best", best);
            t.output("y", Tensor.select(x.less(x.zero()).not(), x.abs().sqrt(), x.sin().add(x.cos()).div(x.mul(x).add(1))).min(x.erf().neg()));
        }));
        graphs.put("pooling", Tracer.trace("forward", t -> {
            Tensor x = t.data("x", TensorType.of(DType.F32, 2, 9, 9, 3));
            t.output("max", Pool2d.max(x, 3, 2, 1));
            t.output("mean", Pool2d.average(x, 3, 2, 1));
            t.output("all", Images.globalAverage(x));
        }));
        for (boolean reverse : new boolean[] {false, true}) {
            graphs.put("loop" + reverse, Tracer.trace("forward", t -> {
                Tensor x = t.data("x", TensorType.of(DType.F32, 7, 2, 4));
                Tensor w = t.state("w", TensorType.of(DType.F32, 4, 4));
                Tensor start = Tensor.full(DType.F32, Shape.of(2, 4), 0.25);
                Scan.Turn turn = Scan.over(List.of(start), List.of(x), reverse, (carries, slices) -> {
                    Tensor h = carries.getFirst().matmul(w).add(slices.getFirst()).tanh();
                    return new Scan.Turn(List.of(h), List.of(h, h.mul(2)));
                });
                t.output("last", turn.carries().getFirst());
                t.output("all", turn.outputs().get(0));
                t.output("twice", turn.outputs().get(1));
            }));
        }
        return graphs;
    }

    private static void fill(Graph g, Executable e) {
        for (Input in : g.inputs(Input.Role.STATE)) {
            MemorySegment s = e.state(in.name());
            Random random = new Random(in.name().hashCode());
            double scale = 1 / Math.sqrt(in.value().type().elements() / (double) in.value().type().shape().last() + 1);
            for (long i = 0; i < s.byteSize() / 4; i++) {
                double x = random.nextGaussian() * scale;
                boolean positive = in.name().endsWith("variance") || in.name().matches(".*[nN]orm.*");
                s.set(ValueLayout.JAVA_FLOAT, 4 * i, (float) (positive ? 0.7 + Math.abs(x) : x));
            }
        }
    }

    private static Map<String, Sample> data(Graph g) {
        Map<String, Sample> data = new HashMap<>();
        for (Input in : g.inputs(Input.Role.DATA)) {
            Random random = new Random(5);
            boolean whole = in.value().type().dtype() == DType.I32;
            double[] x = random.doubles(in.value().type().elements(), -2, 2).map(v -> whole ? Math.floor((v + 2) * (in.name().matches("segments|mask") ? 0.5 : 12)) : (float) v).toArray();
            data.put(in.name(), new Sample(whole ? ElementType.INT32 : ElementType.FLOAT, in.value().type().shape().dims(), x));
        }
        return data;
    }

    private static void check(Compiler compiler, Graph g, int opset) throws Exception {
        try (Executable e = compiler.compile(g)) {
            fill(g, e);
            Map<String, Sample> expected = Run.once(e, g, data(g));
            byte[] file = ModelBuilder.bytes(new OnnxExport(opset, false).model("test.onnx", g, e::state));
            List<Sample> others = Ort.run(file, data(g));
            Map<String, Sample> imported = Run.once(compiler, OnnxModel.of("test.onnx", MemorySegment.ofArray(file), null).graph(Map.of()), data(g));
            int i = 0;
            for (Map.Entry<String, Sample> r : expected.entrySet()) {
                assertThat(Run.difference(others.get(i++), r.getValue())).as("%s in onnxruntime", r.getKey()).isLessThan(1e-4);
                assertThat(Run.difference(imported.get(r.getKey()), r.getValue())).as("%s imported again", r.getKey()).isLessThan(1e-4);
            }
        }
    }

    @TestFactory
    Stream<DynamicTest> exportedGraphsComputeTheSame() {
        Compiler compiler = new Compiler(Backend.SIMD, 1);
        Map<String, Graph> all = new HashMap<>(models());
        all.putAll(pieces());
        return all.entrySet().stream()
                .flatMap(g -> Stream.of(g.getKey().hashCode() % 2 == 0 ? 17 : 20).map(opset -> dynamicTest(g.getKey() + " opset " + opset, () -> check(compiler, g.getValue(), opset))))
                .onClose(compiler::close);
    }

    @Test
    void knownCompositesStayWholeAndImagesAreNotTurnedBetweenConvolutions() {
        Map<String, Graph> models = models();
        assertThat(operators(models.get("gpt"), 20)).contains("LayerNormalization", "Gelu", "Softmax").doesNotContain("Tanh", "ReduceMax");
        assertThat(operators(models.get("gpt"), 17)).contains("LayerNormalization", "Tanh").doesNotContain("Gelu");
        List<String> convolutional = operators(models.get("resnet-18"), 17);
        assertThat(convolutional.stream().filter("Conv"::equals)).hasSize(20);
        assertThat(convolutional.stream().filter("BatchNormalization"::equals)).hasSize(20);
        assertThat(convolutional).doesNotContain("Expand", "Sub", "Reciprocal");
        assertThat(convolutional.stream().filter("Transpose"::equals)).as("of the images given, and of their means").hasSize(2);
    }

    private static List<String> operators(Graph g, int opset) {
        Schema.Model m = new OnnxExport(opset, false).model("x", g, name -> zeros(g, name));
        return m.graph().nodes().stream().map(Schema.Node::operator).toList();
    }

    private static MemorySegment zeros(Graph g, String state) {
        return MemorySegment.ofArray(new float[(int) g.input(state).orElseThrow().value().type().elements()]);
    }

    @Test
    void weightsMayLieInAFileBeside(@TempDir Path folder) throws Exception {
        Graph g = models().get("lenet");
        Path file = folder.resolve("lenet.onnx");
        try (Compiler compiler = new Compiler(Backend.SIMD, 1); Executable e = compiler.compile(g)) {
            fill(g, e);
            Sample expected = Run.once(e, g, data(g)).get("scores");
            new OnnxExport(17, true).write(file, g, e::state);
            assertThat(Files.size(file)).isLessThan(20_000);
            assertThat(folder.resolve("lenet.onnx.data")).exists();
            Sample again = Run.once(compiler, OnnxModel.read(file).graph(Map.of()), data(g)).get("scores");
            assertThat(again.values()).containsExactly(expected.values());
        }
    }

    @Test
    void whatCannotBeSaidInOnnxIsRefusedByNameAndLine() {
        Graph random = Tracer.trace("random", t -> t.output("y", t.data("seed", TensorType.of(DType.I32, 2)).apply(new RandomUniform(Shape.of(3), 0))));
        assertThatThrownBy(() -> OnnxExport.standard().model("r.onnx", random, n -> null))
                .isInstanceOf(OnnxException.class).hasMessageContaining("r.onnx: RandomUniform (ExportTest.java:").hasMessageContaining("no form in ONNX");
    }
}
