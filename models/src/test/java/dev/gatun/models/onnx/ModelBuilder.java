package dev.gatun.models.onnx;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Builds small models with the project's own writer. */
final class ModelBuilder {
    final List<Schema.Node> nodes = new ArrayList<>();
    final List<Schema.Tensor> initializers = new ArrayList<>();
    final List<Schema.ValueInfo> inputs = new ArrayList<>();
    final List<Schema.ValueInfo> outputs = new ArrayList<>();
    int opset = 17;

    ModelBuilder opset(int version) {
        opset = version;
        return this;
    }

    ModelBuilder input(String name, ElementType type, Object... dims) {
        inputs.add(port(name, type, dims));
        return this;
    }

    /** An input or output; a size is a number or a symbol. */
    static Schema.ValueInfo port(String name, ElementType type, Object... dims) {
        List<Schema.Dimension> list = new ArrayList<>();
        for (Object d : dims) list.add(d instanceof Integer n ? new Schema.Dimension(n, "") : new Schema.Dimension(0, (String) d));
        return new Schema.ValueInfo(name, new Schema.Type(new Schema.TensorType(type.number(), new Schema.TensorShape(list))));
    }

    ModelBuilder output(String name, ElementType type) {
        outputs.add(new Schema.ValueInfo(name, new Schema.Type(new Schema.TensorType(type.number(), null))));
        return this;
    }

    ModelBuilder initializer(String name, Sample x) {
        initializers.add(tensor(name, x));
        return this;
    }

    ModelBuilder floats(String name, List<Integer> dims, double... values) {
        return initializer(name, new Sample(ElementType.FLOAT, dims, values));
    }

    ModelBuilder longs(String name, long... values) {
        double[] x = Arrays.stream(values).asDoubleStream().toArray();
        return initializer(name, new Sample(ElementType.INT64, List.of(x.length), x));
    }

    ModelBuilder node(String operator, List<String> in, List<String> out, Map<String, Object> attributes) {
        nodes.add(new Schema.Node(in, out, "", operator, attributes.entrySet().stream().map(e -> attribute(e.getKey(), e.getValue())).toList(), ""));
        return this;
    }

    ModelBuilder node(String operator, String in, String out) {
        return node(operator, List.of(in.split(" ")), List.of(out), Map.of());
    }

    static Schema.Tensor tensor(String name, Sample x) {
        return Schema.Tensor.of(name, x.longDims(), x.type().number(), raw(x));
    }

    static MemorySegment raw(Sample x) {
        ByteBuffer b = ByteBuffer.allocate(x.values().length * x.type().bytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (double v : x.values()) {
            switch (x.type()) {
                case FLOAT -> b.putFloat((float) v);
                case DOUBLE -> b.putDouble(v);
                case FLOAT16 -> b.putShort(Float.floatToFloat16((float) v));
                case BFLOAT16 -> b.putShort((short) (Float.floatToRawIntBits((float) v) >>> 16));
                case INT64 -> b.putLong((long) v);
                case INT32 -> b.putInt((int) v);
                case INT16, UINT16 -> b.putShort((short) v);
                case INT8, UINT8, BOOL -> b.put((byte) v);
            }
        }
        return MemorySegment.ofArray(b.array());
    }

    private static Schema.Attribute attribute(String name, Object value) {
        return Schema.Attribute.of(name, value instanceof Sample x ? tensor("", x) : value);
    }

    Schema.Model model() {
        Schema.Graph graph = new Schema.Graph(nodes, "test", initializers, inputs, outputs, List.of());
        return new Schema.Model(8, "gatun", "", graph, List.of(new Schema.OperatorSet("", opset)));
    }

    byte[] bytes() {
        return bytes(model());
    }

    static byte[] bytes(Schema.Model model) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (MemorySegment s : ProtoWriter.write(model)) {
            try {
                out.write(s.toArray(ValueLayout.JAVA_BYTE));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return out.toByteArray();
    }

    OnnxModel read() {
        return OnnxModel.of("test.onnx", MemorySegment.ofArray(bytes()), null);
    }
}
