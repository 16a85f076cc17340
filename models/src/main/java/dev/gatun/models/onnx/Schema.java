package dev.gatun.models.onnx;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * The messages of the ONNX format that Gatun reads and writes, as records: one record a message, one component a field
 * with the field's number in {@code onnx.proto}. Other fields are skipped when a file is read. A message that is absent
 * is {@code null}, a number 0, a text and a list empty.
 */
final class Schema {
    private Schema() {}

    /** Number of a field in its message. */
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.RECORD_COMPONENT)
    @interface Field {
        int value();
    }

    /** {@code ModelProto}. */
    record Model(
            @Field(1) long irVersion,
            @Field(2) String producer,
            @Field(3) String producerVersion,
            @Field(7) Graph graph,
            @Field(8) List<OperatorSet> operatorSets) {}

    /** {@code OperatorSetIdProto}: a domain, empty for the standard one, and the version of its operators. */
    record OperatorSet(@Field(1) String domain, @Field(2) long version) {}

    /** {@code GraphProto}. */
    record Graph(
            @Field(1) List<Node> nodes,
            @Field(2) String name,
            @Field(5) List<Tensor> initializers,
            @Field(11) List<ValueInfo> inputs,
            @Field(12) List<ValueInfo> outputs,
            @Field(15) List<SparseTensor> sparseInitializers) {}

    /** {@code NodeProto}; an omitted optional input is an empty name. */
    record Node(
            @Field(1) List<String> inputs,
            @Field(2) List<String> outputs,
            @Field(3) String name,
            @Field(4) String operator,
            @Field(5) List<Attribute> attributes,
            @Field(7) String domain) {}

    /** {@code AttributeProto}; {@code type} says which of the fields counts. */
    record Attribute(
            @Field(1) String name,
            @Field(2) float real,
            @Field(3) long integer,
            @Field(4) String text,
            @Field(5) Tensor tensor,
            @Field(6) Graph graph,
            @Field(7) float[] reals,
            @Field(8) long[] integers,
            @Field(9) List<String> texts,
            @Field(20) int type) {
        static final int REAL = 1;
        static final int INTEGER = 2;
        static final int TEXT = 3;
        static final int TENSOR = 4;
        static final int GRAPH = 5;
        static final int REALS = 6;
        static final int INTEGERS = 7;
        static final int TEXTS = 8;

        private static final float[] NO_REALS = {};
        private static final long[] NO_INTEGERS = {};

        /**
         * An attribute from a number ({@code Integer}, {@code Double}), a text, an array ({@code long[]}, {@code float[]}), a
         * list of texts, a tensor or a graph.
         */
        static Attribute of(String name, Object value) {
            return switch (value) {
                case Integer i -> new Attribute(name, 0, i, "", null, null, NO_REALS, NO_INTEGERS, List.of(), INTEGER);
                case Double d -> new Attribute(name, d.floatValue(), 0, "", null, null, NO_REALS, NO_INTEGERS, List.of(), REAL);
                case String s -> new Attribute(name, 0, 0, s, null, null, NO_REALS, NO_INTEGERS, List.of(), TEXT);
                case long[] l -> new Attribute(name, 0, 0, "", null, null, NO_REALS, l, List.of(), INTEGERS);
                case float[] f -> new Attribute(name, 0, 0, "", null, null, f, NO_INTEGERS, List.of(), REALS);
                case Tensor t -> new Attribute(name, 0, 0, "", t, null, NO_REALS, NO_INTEGERS, List.of(), TENSOR);
                case Graph g -> new Attribute(name, 0, 0, "", null, g, NO_REALS, NO_INTEGERS, List.of(), GRAPH);
                case List<?> l -> new Attribute(name, 0, 0, "", null, null, NO_REALS, NO_INTEGERS, l.stream().map(String.class::cast).toList(), TEXTS);
                default -> throw new IllegalArgumentException("no attribute: " + value);
            };
        }
    }

    /** {@code TensorProto}: elements lie in one of the data fields, or in another file. */
    record Tensor(
            @Field(1) long[] dims,
            @Field(2) int dataType,
            @Field(4) float[] floats,
            @Field(5) int[] ints,
            @Field(7) long[] longs,
            @Field(8) String name,
            @Field(9) MemorySegment raw,
            @Field(10) double[] doubles,
            @Field(11) long[] unsignedLongs,
            @Field(13) List<Entry> external,
            @Field(14) int location) {
        /** The location of elements in another file. */
        static final int EXTERNAL = 1;

        /** A tensor whose bytes are in the message. */
        static Tensor of(String name, long[] dims, int dataType, MemorySegment raw) {
            return new Tensor(dims, dataType, new float[0], new int[0], new long[0], name, raw, new double[0], new long[0], List.of(), 0);
        }

        /** The same tensor with its bytes in another file. */
        Tensor inFile(String location, long offset) {
            List<Entry> where = List.of(new Entry("location", location), new Entry("offset", Long.toString(offset)),
                    new Entry("length", Long.toString(raw.byteSize())));
            return new Tensor(dims, dataType, floats, ints, longs, name, null, doubles, unsignedLongs, where, EXTERNAL);
        }
    }

    /** {@code SparseTensorProto}, known only to be refused by name. */
    record SparseTensor(@Field(1) Tensor values) {}

    /** {@code StringStringEntryProto}. */
    record Entry(@Field(1) String key, @Field(2) String value) {}

    /** {@code ValueInfoProto}. */
    record ValueInfo(@Field(1) String name, @Field(2) Type type) {}

    /** {@code TypeProto}; {@code null} for what is no tensor. */
    record Type(@Field(1) TensorType tensor) {}

    /** {@code TypeProto.Tensor}. */
    record TensorType(@Field(1) int elementType, @Field(2) TensorShape shape) {}

    /** {@code TensorShapeProto}. */
    record TensorShape(@Field(1) List<Dimension> dims) {}

    /** {@code TensorShapeProto.Dimension}: a size, a symbol, or neither (0 and empty) where nothing is known. */
    record Dimension(@Field(1) long size, @Field(2) String symbol) {}

    /** An input or output of fixed sizes. */
    static ValueInfo value(String name, int elementType, List<Integer> dims) {
        TensorShape shape = new TensorShape(dims.stream().map(d -> new Dimension(d, "")).toList());
        return new ValueInfo(name, new Type(new TensorType(elementType, shape)));
    }
}
