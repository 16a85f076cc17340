package dev.gatun.models.onnx;

import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** One node of a model with its operands: what an operator's lowering reads. All methods refuse what does not fit by name. */
final class Call {
    private final Importer importer;
    private final Schema.Node node;
    private final List<Value> operands;

    Call(Importer importer, Schema.Node node, List<Value> operands) {
        this.importer = importer;
        this.node = node;
        this.operands = operands;
    }

    /** The same node with other operands. */
    Call with(List<Value> other) {
        return new Call(importer, node, other);
    }

    String operator() {
        return node.operator();
    }

    List<Value> operands() {
        return operands;
    }

    /** Version of the operators that the model is written for. */
    long version() {
        return importer.version();
    }

    int results() {
        return node.outputs().size();
    }

    /** Whether result {@code i} has a name, so that somebody may use it. */
    boolean wants(int i) {
        return i < results() && !node.outputs().get(i).isEmpty();
    }

    OnnxException error(String problem) {
        return importer.error(node, problem);
    }

    void require(boolean holds, String rule) {
        if (!holds) throw error(rule);
    }

    boolean has(int i) {
        return i < operands.size() && operands.get(i) != null;
    }

    /** Operand {@code i}, which must be there. */
    Value in(int i) {
        if (!has(i)) throw error("input " + i + " is missing");
        return operands.get(i);
    }

    Tensor x(int i) {
        return in(i).tensor();
    }

    private Schema.Attribute attribute(String name, int type) {
        for (Schema.Attribute a : node.attributes()) {
            if (!a.name().equals(name)) continue;
            if (a.type() != type) throw error("attribute " + name + ": expected type " + type + ", found " + a.type());
            return a;
        }
        return null;
    }

    boolean hasAttribute(String name) {
        return node.attributes().stream().anyMatch(a -> a.name().equals(name));
    }

    int integer(String name, long otherwise) {
        Schema.Attribute a = attribute(name, Schema.Attribute.INTEGER);
        long x = a == null ? otherwise : a.integer();
        require(x == (int) x, "attribute " + name + ": " + x + " does not fit 32 bits");
        return (int) x;
    }

    /** An attribute that is 0 or 1. */
    boolean flag(String name, boolean otherwise) {
        return integer(name, otherwise ? 1 : 0) != 0;
    }

    double real(String name, double otherwise) {
        Schema.Attribute a = attribute(name, Schema.Attribute.REAL);
        return a == null ? otherwise : a.real();
    }

    double[] reals(String name) {
        Schema.Attribute a = attribute(name, Schema.Attribute.REALS);
        if (a == null) return new double[0];
        return IntStream.range(0, a.reals().length).mapToDouble(i -> a.reals()[i]).toArray();
    }

    String text(String name, String otherwise) {
        Schema.Attribute a = attribute(name, Schema.Attribute.TEXT);
        return a == null ? otherwise : a.text();
    }

    List<String> texts(String name) {
        Schema.Attribute a = attribute(name, Schema.Attribute.TEXTS);
        return a == null ? List.of() : a.texts();
    }

    /** A list of numbers, or the given one where the attribute is absent. */
    List<Integer> ints(String name, List<Integer> otherwise) {
        Schema.Attribute a = attribute(name, Schema.Attribute.INTEGERS);
        return a == null ? otherwise : ints(a.integers(), "attribute " + name);
    }

    private List<Integer> ints(long[] values, String where) {
        List<Integer> list = new ArrayList<>();
        for (long x : values) {
            require(x == (int) x, where + ": " + x + " does not fit 32 bits");
            list.add((int) x);
        }
        return list;
    }

    OnnxTensor tensor(String name) {
        Schema.Attribute a = attribute(name, Schema.Attribute.TENSOR);
        return a == null || a.tensor() == null ? null : importer.read(a.tensor(), node, name);
    }

    /** The body of a loop. */
    Schema.Graph graph(String name) {
        Schema.Attribute a = attribute(name, Schema.Attribute.GRAPH);
        if (a == null || a.graph() == null) throw error("attribute " + name + " is missing");
        importer.settle(a.graph());
        return a.graph();
    }

    /** Records a body; returns its outputs. */
    List<Tensor> record(Schema.Graph body, List<Tensor> inputs) {
        return importer.body(body, inputs);
    }

    /** Elements of operand {@code i}, which must be known now. */
    Literal known(int i) {
        Literal l = in(i).literal();
        if (l == null) throw error("input " + i + " must be known when the model is imported: it depends on data");
        return l;
    }

    /** Integers of operand {@code i}, which must be known now; those beyond 32 bits become the nearest. */
    List<Integer> knownInts(int i) {
        Literal l = known(i);
        require(l.integers() != null, "input " + i + " must hold integers");
        return Arrays.stream(l.integers()).mapToObj(x -> Math.clamp(x, Integer.MIN_VALUE, Integer.MAX_VALUE)).toList();
    }

    /** The integers of an operand or, in older versions, of an attribute; {@code null} where there is neither. */
    List<Integer> knownInts(int i, String attribute) {
        return has(i) ? knownInts(i) : ints(attribute, null);
    }

    /** The number in operand {@code i}, which must be known now. */
    double knownNumber(int i, double otherwise) {
        if (!has(i)) return otherwise;
        Literal l = known(i);
        require(l.elements() == 1, "input " + i + " must be one number");
        return l.at(0);
    }

    /** An axis counted from the front. */
    int axis(int axis, int rank) {
        require(axis >= -rank && axis < rank, "axis " + axis + " is out of range for rank " + rank);
        return axis < 0 ? axis + rank : axis;
    }

    List<Integer> axes(List<Integer> axes, int rank) {
        List<Integer> counted = axes.stream().map(a -> axis(a, rank)).toList();
        require(counted.stream().distinct().count() == counted.size(), "axes " + axes + " name one twice");
        return counted;
    }

    /** A tensor of known elements as an operand. */
    Tensor constant(Literal literal) {
        return importer.materialize(literal);
    }

    Shape shape(List<Integer> dims) {
        require(dims.stream().allMatch(d -> d > 0), "a shape without elements or of unknown size: " + dims);
        return new Shape(dims);
    }

    /** The only result, known now. */
    List<Value> known(Literal literal) {
        return List.of(Value.of(importer, literal));
    }

    /** Whether operand {@code i} comes from the caller as it is, who has its range checked. */
    boolean isChecked(int i) {
        return importer.isChecked(node.inputs().get(i));
    }
}
