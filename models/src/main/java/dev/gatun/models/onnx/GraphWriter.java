package dev.gatun.models.onnx;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ir.Input;
import dev.gatun.graph.ir.Node;
import dev.gatun.graph.ir.Output;
import dev.gatun.graph.ir.Value;
import dev.gatun.graph.ops.Conv2d;
import dev.gatun.graph.ops.Conv2dInputGrad;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.Shape;
import dev.gatun.graph.types.TensorType;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** Collects the nodes and tensors of a model while a graph is exported. The body of a loop has a writer of its own. */
final class GraphWriter {
    /** What all writers of a model share. */
    private static final class Common {
        final Map<String, Schema.Tensor> initializers = new LinkedHashMap<>();
        final Set<Integer> kernels = new HashSet<>();
        final Map<String, String> constants = new HashMap<>();
        final Set<String> taken = new HashSet<>();
        int values;
    }

    private final String file;
    private final int opset;
    private final Common common;
    private final List<Schema.Node> nodes = new ArrayList<>();
    private final Map<Integer, Wire> wires = new HashMap<>();
    private final Map<Integer, String> states = new HashMap<>();
    private final Map<Integer, Node> makers = new HashMap<>();
    private String source = "";

    private GraphWriter(String file, int opset, Common common) {
        this.file = file;
        this.opset = opset;
        this.common = common;
    }

    /**
     * A graph as an ONNX graph.
     *
     * @param file the model's name, for messages
     * @param graph prepared by {@link ExportForms}
     * @param state finds a state's bytes by name
     */
    static Schema.Graph write(String file, int opset, Graph graph, Function<String, MemorySegment> state) {
        GraphWriter w = new GraphWriter(file, opset, new Common());
        graph.inputs().forEach(i -> w.common.taken.add(i.name()));
        graph.outputs().forEach(o -> w.common.taken.add(o.name()));
        w.common.kernels.addAll(kernels(graph));
        Set<Integer> used = new HashSet<>();
        graph.nodes().forEach(n -> n.operands().forEach(v -> used.add(v.id())));
        graph.outputs().forEach(o -> used.add(o.value().id()));
        List<Schema.ValueInfo> inputs = new ArrayList<>();
        for (Input in : graph.inputs()) {
            w.wires.put(in.value().id(), Wire.plain(w, in.value().type(), in.name()));
            if (in.role() == Input.Role.DATA) inputs.add(w.info(in.name(), in.value().type()));
            else if (used.contains(in.value().id())) w.weight(in, state.apply(in.name()));
        }
        graph.nodes().forEach(w::node);
        List<Schema.ValueInfo> outputs = new ArrayList<>();
        for (Output o : graph.outputs()) {
            w.name(w.wire(o.value()).plain(), o.name());
            outputs.add(w.info(o.name(), o.value().type()));
        }
        Set<String> wanted = w.prune(outputs);
        List<Schema.Tensor> kept = w.common.initializers.values().stream().filter(t -> wanted.contains(t.name())).toList();
        return new Schema.Graph(w.nodes, graph.name(), kept, inputs, outputs, List.of());
    }

    /** States that only convolutions read, as their weights; they are written as {@code [O,I,H,W]}. */
    private static Set<Integer> kernels(Graph graph) {
        Map<Integer, Boolean> uses = new HashMap<>();
        for (Node n : graph.nodes()) {
            boolean convolution = n.op() instanceof Conv2d || n.op() instanceof Conv2dInputGrad;
            for (int i = 0; i < n.operands().size(); i++) uses.merge(n.operands().get(i).id(), convolution && i == 1, Boolean::logicalAnd);
        }
        graph.outputs().forEach(o -> uses.put(o.value().id(), false));
        Set<Integer> kernels = new HashSet<>();
        for (Input in : graph.inputs(Input.Role.STATE)) {
            if (uses.getOrDefault(in.value().id(), false)) kernels.add(in.value().id());
        }
        return kernels;
    }

    private void weight(Input in, MemorySegment bytes) {
        TensorType type = in.value().type();
        states.put(in.value().id(), in.name());
        if (bytes.byteSize() != type.bytes()) {
            throw new OnnxException(file, "state " + in.name(), "needs " + type.bytes() + " bytes, got " + bytes.byteSize());
        }
        if (!common.kernels.contains(in.value().id())) {
            initializer(in.name(), type.shape(), type.dtype(), bytes);
            return;
        }
        OnnxTensor stored = new OnnxTensor(in.name(), ElementType.FLOAT, type.shape().dims(), bytes);
        MemorySegment turned = MemorySegment.ofArray(new byte[Math.toIntExact(type.bytes())]);
        stored.copyTo(turned, List.of(3, 2, 0, 1));
        initializer(in.name(), ExportForms.turned(type.shape(), List.of(3, 2, 0, 1)), type.dtype(), turned);
    }

    private void initializer(String name, Shape shape, DType dtype, MemorySegment bytes) {
        long[] dims = shape.dims().stream().mapToLong(d -> d).toArray();
        common.initializers.put(name, Schema.Tensor.of(name, dims, number(dtype), bytes));
    }

    /** The format's number of an element type. */
    static int number(DType dtype) {
        return switch (dtype) {
            case F32 -> ElementType.FLOAT.number();
            case BF16 -> ElementType.BFLOAT16.number();
            case I32 -> ElementType.INT32.number();
            case BOOL -> ElementType.BOOL.number();
        };
    }

    private Schema.ValueInfo info(String name, TensorType type) {
        return Schema.value(name, number(type.dtype()), type.shape().dims());
    }

    private void node(Node n) {
        source = n.source();
        n.results().forEach(v -> makers.put(v.id(), n));
        NodeForms.write(this, n);
    }

    /** The node that computes a value, {@code null} for inputs. */
    Node maker(Value v) {
        return makers.get(v.id());
    }

    /** Drops nodes that no output needs; returns the names that are read. */
    private Set<String> prune(List<Schema.ValueInfo> outputs) {
        Set<String> wanted = new HashSet<>();
        outputs.forEach(o -> wanted.add(o.name()));
        for (int i = nodes.size() - 1; i >= 0; i--) {
            if (nodes.get(i).outputs().stream().anyMatch(wanted::contains)) read(nodes.get(i), wanted);
            else nodes.remove(i);
        }
        return wanted;
    }

    /** Adds the names that a node reads, its body included. */
    private static void read(Schema.Node n, Set<String> names) {
        names.addAll(n.inputs());
        for (Schema.Attribute a : n.attributes()) {
            if (a.graph() != null) a.graph().nodes().forEach(inner -> read(inner, names));
        }
    }

    /** Gives a value its final name: the node that makes it gets it, or a node is added that copies it. */
    private void name(String value, String wanted) {
        for (int i = nodes.size() - 1; i >= 0 && value.startsWith("%"); i--) {
            if (!nodes.get(i).outputs().contains(value)) continue;
            nodes.replaceAll(n -> renamed(n, value, wanted));
            wires.values().forEach(w -> w.rename(value, wanted));
            return;
        }
        nodes.add(node("Identity", List.of(value), List.of(wanted), Map.of()));
    }

    private static Schema.Node renamed(Schema.Node n, String from, String to) {
        if (!n.outputs().contains(from) && !n.inputs().contains(from)) return n;
        List<String> inputs = n.inputs().stream().map(s -> s.equals(from) ? to : s).toList();
        List<String> outputs = n.outputs().stream().map(s -> s.equals(from) ? to : s).toList();
        return new Schema.Node(inputs, outputs, n.name(), n.operator(), n.attributes(), n.domain());
    }

    int opset() {
        return opset;
    }

    OnnxException error(Node n, String problem) {
        return new OnnxException(file, n.op().name() + " (" + n.source() + ")", problem);
    }

    Wire wire(Value v) {
        return wires.get(v.id());
    }

    void define(Value v, Wire wire) {
        wires.put(v.id(), wire);
    }

    /** Weights of a convolution as {@code [O,I,H,W]}. */
    String kernel(Value v) {
        if (common.kernels.contains(v.id()) && states.containsKey(v.id())) return states.get(v.id());
        return emit("Transpose", List.of(wire(v).plain()), Map.of("perm", new long[] {3, 2, 0, 1}));
    }

    private String fresh() {
        String name;
        do {
            name = "%" + common.values++;
        } while (!common.taken.add(name));
        return name;
    }

    /** Adds a node; returns the name of its result. */
    String emit(String operator, List<String> inputs, Map<String, Object> attributes) {
        return emit(operator, inputs, 1, attributes).getFirst();
    }

    /** Adds a node; returns the names of its results. */
    List<String> emit(String operator, List<String> inputs, int results, Map<String, Object> attributes) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < results; i++) names.add(fresh());
        nodes.add(node(operator, inputs, names, attributes));
        return names;
    }

    private Schema.Node node(String operator, List<String> inputs, List<String> outputs, Map<String, Object> attributes) {
        List<Schema.Attribute> list = attributes.entrySet().stream().map(e -> Schema.Attribute.of(e.getKey(), e.getValue())).toList();
        return new Schema.Node(inputs, outputs, source + "/" + operator + nodes.size(), operator, list, "");
    }

    /** The name of a tensor of 64-bit integers. */
    String longs(long... values) {
        return constant("i64" + Arrays.toString(values), ElementType.INT64, new long[] {values.length}, TensorReader.raw(values));
    }

    /** The name of a tensor of 64-bit integers that holds a shape. */
    String shape(Shape shape) {
        return longs(shape.dims().stream().mapToLong(d -> d).toArray());
    }

    /** The name of one number of an element type. */
    String number(DType dtype, double value) {
        MemorySegment raw = switch (dtype) {
            case F32 -> TensorReader.raw(new float[] {(float) value});
            case BF16 -> MemorySegment.ofArray(new byte[] {(byte) (Float.floatToRawIntBits((float) value) >>> 16), (byte) (Float.floatToRawIntBits((float) value) >>> 24)});
            case I32 -> TensorReader.raw(new int[] {(int) value});
            case BOOL -> MemorySegment.ofArray(new byte[] {(byte) value});
        };
        ElementType type = ElementType.of(number(dtype)).orElseThrow();
        return constant(dtype + " " + value, type, new long[0], raw);
    }

    /** The name of {@code 0, 1, 2 ...} as i32 in a shape with one dimension that is not 1. */
    String count(int n, long... dims) {
        int[] values = new int[n];
        for (int i = 0; i < n; i++) values[i] = i;
        return constant("count" + Arrays.toString(dims), ElementType.INT32, dims, TensorReader.raw(values));
    }

    private String constant(String content, ElementType type, long[] dims, MemorySegment raw) {
        String known = common.constants.get(content);
        if (known != null) return known;
        String name = fresh();
        common.initializers.put(name, Schema.Tensor.of(name, dims, type.number(), raw));
        common.constants.put(content, name);
        return name;
    }

    /**
     * The body of a loop as a graph.
     *
     * @param given for each of the body's inputs an outer name, or {@code null} for those that the loop gives
     * @param results values that the body gives back, which may repeat
     */
    Schema.Graph body(Graph body, List<String> given, List<Value> results) {
        GraphWriter w = new GraphWriter(file, opset, common);
        List<Schema.ValueInfo> inputs = new ArrayList<>();
        for (int i = 0; i < given.size(); i++) {
            Value v = body.inputs().get(i).value();
            String name = given.get(i) != null ? given.get(i) : fresh();
            if (given.get(i) == null) inputs.add(info(name, v.type()));
            w.wires.put(v.id(), Wire.plain(w, v.type(), name));
        }
        body.nodes().forEach(w::node);
        List<Schema.ValueInfo> outputs = new ArrayList<>();
        for (Value v : results) {
            String copy = w.emit("Identity", List.of(w.wire(v).plain()), Map.of());
            outputs.add(info(copy, v.type()));
        }
        return new Schema.Graph(w.nodes, "body", List.of(), inputs, outputs, List.of());
    }
}
