package dev.gatun.models.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Files that are damaged or made to do harm: each gives an error that names the place, in bounded memory and time. */
class DamagedModelTest {
    /** What reading a model of a few kilobytes may take from the heap. */
    private static final long MOST_BYTES = 64 << 20;

    /** A small network with most kinds of fields: tensors of several types, attributes, symbols, shape arithmetic. */
    private static ModelBuilder network() {
        double[] w = IntStream.range(0, 4 * 3 * 9).mapToDouble(i -> i % 7 - 3).toArray();
        double[] v = IntStream.range(0, 64 * 5).mapToDouble(i -> i % 5 - 2).toArray();
        return new ModelBuilder()
                .input("x", ElementType.FLOAT, "batch", 3, 8, 8)
                .floats("w", List.of(4, 3, 3, 3), w)
                .initializer("b", new Sample(ElementType.FLOAT16, List.of(4), new double[] {1, 2, 3, 4}))
                .floats("v", List.of(64, 5), v)
                .initializer("start", new Sample(ElementType.INT32, List.of(1), new double[] {0}))
                .longs("one", 1).longs("zero", 0).longs("rest", -1)
                .node("Conv", List.of("x", "w", "b"), List.of("c"), Map.of("pads", new long[] {1, 1, 1, 1}, "strides", new long[] {2, 2}))
                .node("Relu", "c", "r")
                .node("Shape", "r", "s")
                .node("Gather", "s zero", "n")
                .node("Concat", List.of("n", "rest"), List.of("to"), Map.of("axis", 0))
                .node("Reshape", "r to", "flat")
                .node("Gemm", List.of("flat", "v"), List.of("y"), Map.of("alpha", 0.5))
                .node("Softmax", List.of("y"), List.of("p"), Map.of("axis", -1))
                .output("p", ElementType.FLOAT);
    }

    private static void read(byte[] bytes) {
        OnnxModel.of("damaged.onnx", MemorySegment.ofArray(bytes), null).graph(Map.of());
    }

    /** One damage after another; a byte of a weight may change without notice, anything else is an {@link OnnxException}. */
    private static byte[] damaged(byte[] whole, int seed) {
        Random random = new Random(seed);
        byte[] b = whole.clone();
        switch (seed % 5) {
            case 0 -> b = Arrays.copyOf(b, random.nextInt(b.length));
            case 1 -> { // some bits flip
                for (int i = 0; i <= seed % 4; i++) b[random.nextInt(b.length)] ^= (byte) (1 << random.nextInt(8));
            }
            case 2 -> { // a run of bytes is lost
                int from = random.nextInt(b.length - 8);
                int lost = 1 + random.nextInt(7);
                System.arraycopy(whole, from + lost, b, from, b.length - from - lost);
                b = Arrays.copyOf(b, b.length - lost);
            }
            case 3 -> { // a length or number becomes huge
                int at = random.nextInt(b.length - 6);
                Arrays.fill(b, at, at + 5, (byte) 0xFF);
                b[at + 5] = 0x0F;
            }
            default -> b[random.nextInt(b.length)] = (byte) random.nextInt();
        }
        return b;
    }

    @Test
    void twoHundredDamagedFilesGiveClearErrorsInBoundedMemory() {
        byte[] whole = network().bytes();
        assertThatCode(() -> read(whole)).doesNotThrowAnyException();
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        int refused = 0;
        for (int seed = 0; seed < 200; seed++) {
            byte[] bytes = damaged(whole, seed);
            long before = threads.getCurrentThreadAllocatedBytes();
            long start = System.nanoTime();
            try {
                read(bytes);
            } catch (OnnxException e) {
                assertThat(e).as("damage %d", seed).hasMessageStartingWith("damaged.onnx: ").hasMessageMatching("(?s)damaged.onnx: [^:]+: .+");
                refused++;
            } catch (RuntimeException | Error e) {
                throw new AssertionError("damage " + seed, e);
            }
            assertThat(threads.getCurrentThreadAllocatedBytes() - before).as("bytes of damage %d", seed).isLessThan(MOST_BYTES);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).as("damage %d", seed).isLessThan(Duration.ofSeconds(20));
        }
        assertThat(refused).as("most damages are seen").isGreaterThan(100);
    }

    private static Arguments harm(String name, Consumer<ModelBuilder> change, String... message) {
        return Arguments.of(name, change, List.of(message));
    }

    private static Schema.Tensor claimed(String name, int type, long... dims) {
        return Schema.Tensor.of(name, dims, type, MemorySegment.ofArray(new byte[4]));
    }

    static Stream<Arguments> harms() {
        return Stream.of(
                harm("cycle", b -> b.node("Add", "q y", "p2").node("Relu", "p2", "q").output("q", ElementType.FLOAT), "node -> p2 (Add)", "reads 'q'", "cycles"),
                harm("missing value", b -> b.node("Add", "y nowhere", "z").output("z", ElementType.FLOAT), "node -> z (Add)", "'nowhere'"),
                harm("missing input", b -> b.node("Add", "y", "z").output("z", ElementType.FLOAT), "node -> z (Add)", "has 1 inputs, expected 2"),
                harm("too many inputs", b -> b.node("Relu", "y y y", "z").output("z", ElementType.FLOAT), "node -> z (Relu)", "has 3 inputs, expected 1"),
                harm("omitted input", b -> b.node("Gemm", List.of("", "v"), List.of("z"), Map.of()).output("z", ElementType.FLOAT), "input 0 is missing"),
                harm("two nodes of one result", b -> b.node("Relu", "c", "r"), "defines 'r'", "already"),
                harm("two initializers", b -> b.longs("one", 2), "initializer one", "two"),
                harm("two inputs", b -> b.input("x", ElementType.FLOAT, 1), "input x", "two"),
                harm("output of nothing", b -> b.output("ghost", ElementType.FLOAT), "output ghost"),
                harm("no outputs", b -> b.outputs.clear(), "has no outputs"),
                harm("huge tensor", b -> b.initializers.add(claimed("h", 1, 1L << 20, 1L << 20)), "initializer h", "needs 4398046511104 bytes, found 4"),
                harm("tensor beyond memory", b -> b.initializers.add(claimed("h", 1, 1L << 30, 1L << 30, 1L << 30)), "initializer h", "more elements than memory"),
                harm("negative size", b -> b.initializers.add(claimed("h", 1, -1)), "initializer h", "no size: -1"),
                harm("unknown element type", b -> b.initializers.add(claimed("h", 8, 1)), "initializer h", "element type 8"),
                harm("tensor too short", b -> b.initializers.add(claimed("h", 7, 1)), "initializer h", "needs 8 bytes, found 4"),
                harm("nameless tensor", b -> b.initializers.add(claimed("", 1, 1)), "has no name"),
                harm("huge input", b -> b.input("big", ElementType.FLOAT, 2147483647, 2147483647, 2147483647).node("Relu", "big", "z").output("z", ElementType.FLOAT),
                        "input big", "more elements than memory"),
                harm("input without shape", b -> b.inputs.add(new Schema.ValueInfo("u", null)), "input u", "no tensor"),
                harm("wrong operand type", b -> b.node("MatMul", "s v", "z").output("z", ElementType.INT64), "node -> z (MatMul)"),
                harm("shapes that do not fit", b -> b.node("MatMul", "v v", "z").output("z", ElementType.FLOAT), "node -> z (MatMul)", "inner dimensions differ"),
                harm("attribute of a wrong type", b -> b.node("Softmax", List.of("y"), List.of("z"), Map.of("axis", 1.5)).output("z", ElementType.FLOAT), "attribute axis"),
                harm("axis out of range", b -> b.node("Softmax", List.of("y"), List.of("z"), Map.of("axis", 7)).output("z", ElementType.FLOAT), "axis 7 is out of range"),
                harm("axis beyond 32 bits", b -> b.nodes.add(new Schema.Node(List.of("y"), List.of("z"), "n", "Softmax",
                        List.of(new Schema.Attribute("axis", 0, 1L << 40, "", null, null, new float[0], new long[0], List.of(), 2)), "")), "none"),
                harm("reshape of other size", b -> b.longs("odd", 7, -1).node("Reshape", "y odd", "z").output("z", ElementType.FLOAT), "node -> z (Reshape)", "cannot take the shape"),
                harm("shape that depends on data", b -> b.node("Cast", List.of("y"), List.of("i"), Map.of("to", 7)).node("Reshape", "x i", "z").output("z", ElementType.FLOAT),
                        "node -> z (Reshape)", "must be known"),
                harm("kernel larger than images", b -> b.floats("k", List.of(1, 3, 9, 9), new double[243]).node("Conv", "x k", "z").output("z", ElementType.FLOAT),
                        "node -> z (Conv)", "kernel spans"),
                harm("padding without end", b -> b.node("Conv", List.of("x", "w"), List.of("z"), Map.of("pads", new long[] {0, 0, 1L << 31, 0})).output("z", ElementType.FLOAT),
                        "attribute pads", "does not fit 32 bits"),
                harm("expanded without end", b -> b.longs("e", 1 << 30, 1 << 30, 1 << 30).node("Expand", "one e", "z").output("z", ElementType.INT64), "node -> z (Expand)"),
                harm("range without end", b -> b.initializer("l", new Sample(ElementType.INT64, List.of(), new double[] {1L << 50}))
                        .node("Range", "i0 l i1", "z").initializer("i0", new Sample(ElementType.INT64, List.of(), new double[] {0}))
                        .initializer("i1", new Sample(ElementType.INT64, List.of(), new double[] {1})).output("z", ElementType.INT64), "node -> z (Range)", "at most"),
                harm("division by zero", b -> b.node("Div", "one zero", "z").output("z", ElementType.INT64), "node -> z (Div)", "division by zero"),
                harm("index outside", b -> b.longs("far", 99).node("Gather", "v far", "z").output("z", ElementType.FLOAT), "node -> z (Gather)", "index 99"),
                harm("unknown operators, all at once", b -> b.node("Frobnicate", "y", "f").node("NonZero", "y", "g").output("f", ElementType.FLOAT).output("g", ElementType.INT64),
                        "operators", "Frobnicate at -> f", "NonZero at -> g", "opset 13 to 21"),
                harm("operator of a later version", b -> b.node("Gelu", "y", "z").output("z", ElementType.FLOAT), "Gelu (needs opset 20, the model has 17)"),
                harm("old opset", b -> b.opset(9), "opset 9 is not supported", "13 to 21"),
                harm("new opset", b -> b.opset(99), "opset 99"),
                harm("undefined mode", b -> b.node("Pad", List.of("y", "one4"), List.of("z"), Map.of("mode", "mirror")).longs("one4", 1, 1, 1, 1).output("z", ElementType.FLOAT), "mirror"),
                harm("equation", b -> b.node("Einsum", List.of("y"), List.of("z"), Map.of("equation", "...->i")).output("z", ElementType.FLOAT), "equation"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("harms")
    void harmIsRefusedByName(String name, Consumer<ModelBuilder> change, List<String> message) {
        ModelBuilder b = network();
        change.accept(b);
        if (message.equals(List.of("none"))) { // nobody needs the node
            assertThatCode(() -> read(b.bytes())).doesNotThrowAnyException();
            return;
        }
        assertThatThrownBy(() -> read(b.bytes())).as(name).isInstanceOf(OnnxException.class).hasMessageStartingWith("damaged.onnx: ")
                .hasMessageContainingAll(message.toArray(String[]::new));
    }

    @Test
    void whatIsNoModelAtAllIsRefused(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("notes.onnx");
        assertThatThrownBy(() -> OnnxModel.read(file)).isInstanceOf(OnnxException.class).hasMessageContaining("does not exist");
        Files.write(file, new byte[0]);
        assertThatThrownBy(() -> OnnxModel.read(file)).isInstanceOf(OnnxException.class).hasMessageContaining("no graph");
        Files.writeString(file, "these are notes, no model");
        assertThatThrownBy(() -> OnnxModel.read(file)).isInstanceOf(OnnxException.class).hasMessageContaining("notes.onnx");
    }

    @Test
    void externalDataStaysInTheFolder(@TempDir Path folder) throws Exception {
        Path inside = Files.createDirectory(folder.resolve("model"));
        Files.write(folder.resolve("secret.bin"), new byte[64]);
        Files.write(inside.resolve("weights.bin"), new byte[64]);
        Files.createSymbolicLink(inside.resolve("link.bin"), folder.resolve("secret.bin"));
        assertThatThrownBy(() -> external(inside, "../secret.bin", 0, 16)).hasMessageContaining("must lie in the model's folder");
        assertThatThrownBy(() -> external(inside, folder.resolve("secret.bin").toString(), 0, 16)).hasMessageContaining("must lie in the model's folder");
        assertThatThrownBy(() -> external(inside, "link.bin", 0, 16)).hasMessageContaining("must be a file in the model's folder");
        assertThatThrownBy(() -> external(inside, "none.bin", 0, 16)).hasMessageContaining("does not exist");
        assertThatThrownBy(() -> external(inside, "weights.bin", 56, 16)).hasMessageContaining("has 64 bytes, needs 16 from 56");
        assertThatThrownBy(() -> external(inside, "weights.bin", 0, 12)).hasMessageContaining("expected 16 bytes, found 12");
        assertThatThrownBy(() -> external(inside, "weights.bin", -8, 16)).hasMessageContaining("external.offset");
        assertThatCode(() -> external(inside, "weights.bin", 48, 16)).doesNotThrowAnyException();
    }

    private static void external(Path folder, String location, long offset, long length) {
        Schema.Tensor t = new Schema.Tensor(new long[] {4}, 1, new float[0], new int[0], new long[0], "w", null, new double[0], new long[0],
                List.of(new Schema.Entry("location", location), new Schema.Entry("offset", "" + offset), new Schema.Entry("length", "" + length)), 1);
        ModelBuilder b = new ModelBuilder().input("x", ElementType.FLOAT, 4).node("Add", "x w", "y").output("y", ElementType.FLOAT);
        b.initializers.add(t);
        OnnxModel.of("m.onnx", MemorySegment.ofArray(b.bytes()), folder).graph(Map.of());
    }

    @Test
    void deepNestingIsRefused() {
        byte[] inner = {};
        for (int i = 0; i < 60; i++) inner = field(6, field(5, field(1, inner))); // graph in attribute in node in graph ...
        byte[] bytes = field(7, inner);
        assertThatThrownBy(() -> read(bytes)).isInstanceOf(OnnxException.class);
    }

    private static byte[] field(int number, byte[] content) {
        int n = content.length;
        byte[] head = {(byte) (number << 3 | 2), (byte) (n & 0x7F | 0x80), (byte) (n >> 7 & 0x7F | 0x80), (byte) (n >> 14)};
        byte[] all = Arrays.copyOf(head, 4 + n);
        System.arraycopy(content, 0, all, 4, n);
        return all;
    }

    @Test
    void sizesThatTheModelDoesNotHaveAreRefused() {
        OnnxModel model = network().read();
        assertThat(model.symbols()).containsExactly("batch");
        assertThatThrownBy(() -> model.graph(Map.of("bach", 4))).isInstanceOf(OnnxException.class).hasMessageContaining("size bach").hasMessageContaining("[batch]");
        assertThatThrownBy(() -> model.graph(Map.of("batch", 0))).isInstanceOf(OnnxException.class).hasMessageContaining("at least 1");
    }
}
