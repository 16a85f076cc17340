package dev.gatun.models.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.graph.ops.Add;
import dev.gatun.graph.ops.Op;
import dev.gatun.runtime.Backend;
import dev.gatun.runtime.Compiler;
import dev.gatun.runtime.Executable;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What models are made of: types of tensors, open sizes, shape arithmetic, names. */
class OnnxModelTest {
    private static Sample floats(double... x) {
        return new Sample(ElementType.FLOAT, List.of(x.length), x);
    }

    /** {@code y = x + cast(w)}: how the elements of w are read. */
    private static double[] sum(ModelBuilder b, int n) {
        b.input("x", ElementType.FLOAT, n).node("Cast", List.of("w"), List.of("v"), Map.of("to", 1)).node("Add", "x v", "y").output("y", ElementType.FLOAT);
        try (Compiler c = new Compiler(Backend.REFERENCE, 1)) {
            return Run.once(c, b.read().graph(Map.of()), Map.of("x", floats(new double[n]))).get("y").values();
        }
    }

    @ParameterizedTest
    @EnumSource(ElementType.class)
    void everyElementTypeIsReadFromRawBytes(ElementType type) {
        double[] x = type == ElementType.BOOL ? new double[] {0, 1, 1} : type.name().startsWith("U") ? new double[] {0, 200, 7} : new double[] {-3, 0, 100};
        assertThat(sum(new ModelBuilder().initializer("w", new Sample(type, List.of(3), x)), 3)).containsExactly(x);
    }

    @Test
    void numbersMayLieInTypedFields() {
        long[] dims = {3};
        float[] f = {};
        int[] i = {};
        long[] l = {};
        double[] d = {};
        assertThat(typed(new Schema.Tensor(dims, 1, new float[] {1.5f, -2, 3}, i, l, "w", null, d, l, List.of(), 0))).containsExactly(1.5, -2, 3);
        assertThat(typed(new Schema.Tensor(dims, 11, f, i, l, "w", null, new double[] {1.5, -2, 3}, l, List.of(), 0))).containsExactly(1.5, -2, 3);
        assertThat(typed(new Schema.Tensor(dims, 6, f, new int[] {-7, 2, 3}, l, "w", null, d, l, List.of(), 0))).containsExactly(-7, 2, 3);
        assertThat(typed(new Schema.Tensor(dims, 7, f, i, new long[] {-7, 2, 3}, "w", null, d, l, List.of(), 0))).containsExactly(-7, 2, 3);
        assertThat(typed(new Schema.Tensor(dims, 3, f, new int[] {-7, 2, 3}, l, "w", null, d, l, List.of(), 0))).containsExactly(-7, 2, 3);
        int[] halves = IntStream.of(1, 2, -4).map(v -> Float.floatToFloat16(v) & 0xFFFF).toArray();
        assertThat(typed(new Schema.Tensor(dims, 10, f, halves, l, "w", null, d, l, List.of(), 0))).containsExactly(1, 2, -4);
    }

    private static double[] typed(Schema.Tensor t) {
        ModelBuilder b = new ModelBuilder();
        b.initializers.add(t);
        return sum(b, 3);
    }

    @Test
    void integersBeyond32BitsAreRefusedWhereTheyAreUsed() {
        assertThat(sum(new ModelBuilder().longs("w", 1L << 40, 1, 5), 3)).as("a number known at import").containsExactly(1L << 40, 1, 5);
        ModelBuilder b = new ModelBuilder().longs("w", 1L << 40, 1, 5).input("i", ElementType.INT64, 3).node("Add", "i w", "y").output("y", ElementType.INT64);
        assertThatThrownBy(() -> b.read().graph(Map.of())).isInstanceOf(OnnxException.class)
                .hasMessageContaining("node -> y (Add)").hasMessageContaining("1099511627776").hasMessageContaining("32 bits");
    }

    /** A transformer's bookkeeping, as exporters of dynamic models write it. */
    private static ModelBuilder dynamic() {
        double[] table = IntStream.range(0, 11 * 4).mapToDouble(i -> Math.sin(i)).toArray();
        return new ModelBuilder().opset(14)
                .input("ids", ElementType.INT64, "batch", "time").input("mask", ElementType.INT64, "batch", "time")
                .floats("table", List.of(11, 4), table).floats("positions", List.of(16, 4), Arrays.copyOf(table, 64))
                .longs("zero", 0).longs("one", 1).longs("two", 2).longs("four", 4).longs("rest", -1).longs("axis0", 0).longs("axis12", 1, 2).longs("ones", 1, 1)
                .initializer("i0", new Sample(ElementType.INT64, List.of(), new double[] {0}))
                .initializer("i1", new Sample(ElementType.INT64, List.of(), new double[] {1}))
                .initializer("low", new Sample(ElementType.FLOAT, List.of(), new double[] {-10000}))
                .initializer("unit", new Sample(ElementType.FLOAT, List.of(), new double[] {1}))
                .node("Shape", "ids", "shape")
                .node("Gather", "shape i0", "b").node("Gather", "shape i1", "t")
                .node("Unsqueeze", "b zero", "b1").node("Unsqueeze", "t zero", "t1")
                .node("Range", "i0 t i1", "range").node("Unsqueeze", "range axis0", "row")
                .node("Concat", List.of("b1", "t1"), List.of("bt"), Map.of("axis", 0))
                .node("ConstantOfShape", List.of("two"), List.of("filled"), Map.of("value", new Sample(ElementType.INT64, List.of(1), new double[] {1})))
                .node("Equal", "bt rest", "open").node("Where", "open filled bt", "wanted")
                .node("Expand", "row wanted", "index")
                .node("Gather", "table ids", "words").node("Gather", "positions index", "places").node("Add", "words places", "x")
                .node("Concat", List.of("b1", "t1", "two", "two"), List.of("apart"), Map.of("axis", 0)).node("Reshape", "x apart", "heads")
                .node("Transpose", List.of("heads"), List.of("q"), Map.of("perm", new long[] {0, 2, 1, 3}))
                .node("Transpose", List.of("heads"), List.of("k"), Map.of("perm", new long[] {0, 2, 3, 1}))
                .node("MatMul", "q k", "scores")
                .node("Unsqueeze", "mask axis12", "m").node("Cast", List.of("m"), List.of("mf"), Map.of("to", 1)).node("Sub", "unit mf", "off").node("Mul", "off low", "bias")
                .node("Add", "scores bias", "masked").node("Softmax", List.of("masked"), List.of("p"), Map.of("axis", -1))
                .node("MatMul", "p q", "context").node("Transpose", List.of("context"), List.of("back"), Map.of("perm", new long[] {0, 2, 1, 3}))
                .node("Concat", List.of("b1", "t1", "four"), List.of("joined"), Map.of("axis", 0)).node("Reshape", "back joined", "y")
                .node("Gather", List.of("y", "i0"), List.of("pooled"), Map.of("axis", 1))
                .output("y", ElementType.FLOAT).output("pooled", ElementType.FLOAT);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 7})
    void shapesAreComputedForTheSizesGiven(int time) throws Exception {
        ModelBuilder b = dynamic();
        List<Integer> dims = List.of(2, time);
        double[] ids = IntStream.range(0, 2 * time).mapToDouble(i -> i * 5 % 11).toArray();
        double[] mask = IntStream.range(0, 2 * time).mapToDouble(i -> i == 2 * time - 1 && time > 1 ? 0 : 1).toArray();
        Map<String, Sample> data = Map.of("ids", new Sample(ElementType.INT64, dims, ids), "mask", new Sample(ElementType.INT64, dims, mask));
        List<Sample> expected = Ort.run(b.bytes(), data);
        ModelGraph g = b.read().graph(Map.of("batch", 2, "time", time));
        List<? extends Class<? extends Op>> ops = g.graph().nodes().stream().map(n -> n.op().getClass()).toList();
        assertThat(ops.stream().filter(Add.class::equals)).as("shape arithmetic is gone").hasSizeLessThanOrEqualTo(3);
        try (Compiler c = new Compiler(Backend.SIMD, 1)) {
            Map<String, Sample> actual = Run.once(c, g, data);
            assertThat(Run.difference(actual.get("y"), expected.get(0))).isLessThan(1e-5);
            assertThat(Run.difference(actual.get("pooled"), expected.get(1))).isLessThan(1e-5);
        }
    }

    @Test
    void givenIndicesAreCheckedWhenTheyAreWritten() {
        ModelGraph g = dynamic().read().graph(Map.of("time", 3));
        try (Compiler c = new Compiler(Backend.SIMD, 1); Executable e = c.compile(g.graph())) {
            assertThatThrownBy(() -> e.write(OnnxModel.FUNCTION, "ids", new int[] {1, 11, 2}))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("ids[1] is 11, must lie in 0..10");
        }
    }

    @Test
    void truthValuesAreNumbersAtTheBorder() throws Exception {
        ModelBuilder b = new ModelBuilder().input("a", ElementType.BOOL, 4).input("b", ElementType.BOOL, 4).node("Xor", "a b", "y").output("y", ElementType.BOOL);
        Map<String, Sample> data = Map.of("a", new Sample(ElementType.BOOL, List.of(4), new double[] {0, 0, 1, 1}),
                "b", new Sample(ElementType.BOOL, List.of(4), new double[] {0, 1, 0, 1}));
        try (Compiler c = new Compiler(Backend.SIMD, 1)) {
            assertThat(Run.once(c, b.read().graph(Map.of()), data).get("y").values()).containsExactly(0, 1, 1, 0);
        }
        assertThat(Ort.run(b.bytes(), data).getFirst().values()).containsExactly(0, 1, 1, 0);
    }

    @Test
    void aModelIsCutAtAnInnerValue() {
        OnnxModel model = dynamic().read();
        assertThat(model.valueNames()).contains("scores", "pooled");
        OnnxModel words = model.upTo("words");
        assertThat(words.outputNames()).containsExactly("words");
        ModelGraph g = words.graph(Map.of("time", 2));
        assertThat(g.weights().stream().map(Weight::name)).containsExactly("table");
        assertThatThrownBy(() -> model.upTo("nothing")).isInstanceOf(OnnxException.class).hasMessageContaining("value nothing");
    }

    /** Branches of normalized, scaled and shifted convolutions that a concatenation takes up, as of Inception. */
    @Test
    void branchesOfDifferentWidthAreJoined() throws Exception {
        ModelBuilder b = new ModelBuilder().input("x", ElementType.FLOAT, 1, 4, 28, 28).longs("axes", 1, 2);
        Map<String, Integer> widths = Map.of("p", 224, "q", 32);
        widths.forEach((n, w) -> {
            b.floats(n + "k", List.of(w, 4, 1, 1), IntStream.range(0, 4 * w).mapToDouble(i -> Math.sin(i)).toArray());
            for (String v : List.of("w", "b", "m", "s", "t")) b.floats(n + v, List.of(w), IntStream.range(0, w).mapToDouble(i -> Math.cos(i)).toArray());
            b.floats(n + "v", List.of(w), IntStream.range(0, w).mapToDouble(i -> 1 + i % 3).toArray());
            b.node("Conv", "x " + n + "k", n + 1).node("BatchNormalization", String.join(" ", n + 1, n + "w", n + "b", n + "m", n + "v"), n + 2);
            b.node("Unsqueeze", n + "s axes", n + 3).node("Mul", n + 2 + " " + n + 3, n + 4).node("Unsqueeze", n + "t axes", n + 5);
            b.node("Add", n + 4 + " " + n + 5, n + 6).node("Relu", n + 6, n + 7);
        });
        b.node("Concat", List.of("p7", "q7"), List.of("y"), Map.of("axis", 1)).output("y", ElementType.FLOAT);
        Map<String, Sample> data = Map.of("x", new Sample(ElementType.FLOAT, List.of(1, 4, 28, 28),
                IntStream.range(0, 4 * 784).mapToDouble(i -> (float) Math.sin(i * 0.7)).toArray()));
        try (Compiler c = new Compiler(Backend.SIMD, 1)) {
            Sample actual = Run.once(c, b.read().graph(Map.of()), data).get("y");
            assertThat(Run.difference(actual, Ort.run(b.bytes(), data).getFirst())).isLessThan(1e-4);
        }
    }

    @Test
    void whatAModelTakesCanBeAsked() {
        OnnxModel model = dynamic().read();
        assertThat(model.inputs()).hasToString("[ids int64[batch,time], mask int64[batch,time]]");
        assertThat(model.symbols()).containsExactly("batch", "time");
        assertThat(model.opset()).isEqualTo(14);
        assertThat(model.file()).isEqualTo("test.onnx");
    }

    @Test
    void namesWithSpacesBecomeNamesWithout() {
        ModelBuilder b = new ModelBuilder().input("an input", ElementType.FLOAT, 2).floats("a weight", List.of(2), 1, 2);
        b.nodes.add(new Schema.Node(List.of("an input", "a weight"), List.of("the sum"), "add them", "Add", List.of(), "ai.onnx"));
        b.output("the sum", ElementType.FLOAT);
        ModelGraph g = b.read().graph(Map.of());
        assertThat(g.graph().toString()).contains("data %0 an_input", "state %1 a_weight", "@ test.onnx:add_them", "the_sum");
    }

    @Test
    void writtenMessagesAreReadBackAsTheyWere() {
        Schema.Model m = dynamic().model();
        Schema.Model again = ProtoReader.model("m", MemorySegment.ofArray(ModelBuilder.bytes(m)));
        assertThat(again.operatorSets()).isEqualTo(m.operatorSets());
        assertThat(again.graph().inputs()).isEqualTo(m.graph().inputs());
        assertThat(again.graph().nodes()).hasSameSizeAs(m.graph().nodes());
        assertThat(ModelBuilder.bytes(again)).isEqualTo(ModelBuilder.bytes(m));
    }
}
