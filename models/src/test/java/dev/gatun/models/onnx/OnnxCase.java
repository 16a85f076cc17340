package dev.gatun.models.onnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.DoubleSupplier;
import java.util.stream.IntStream;

/**
 * One row of the table of operators: a model of one node. Inputs are given at run time or lie in the file.
 *
 * @param operator its name
 * @param opset version of the operators
 * @param attributes of the node
 * @param inputs of the node; {@code null} for one that is omitted
 * @param outputs types of the results
 */
record OnnxCase(String operator, int opset, Map<String, Object> attributes, List<Input> inputs, List<ElementType> outputs) {
    /**
     * An input.
     *
     * @param sample its elements
     * @param inFile whether it lies in the file
     */
    record Input(Sample sample, boolean inFile) {
        /** The same in the file. */
        Input stored() {
            return new Input(this.sample, true);
        }
    }

    /** A row with given inputs and one result of f32. */
    static OnnxCase of(String operator, Input... inputs) {
        return new OnnxCase(operator, 18, Map.of(), Arrays.asList(inputs), List.of(ElementType.FLOAT));
    }

    OnnxCase opset(int version) {
        return new OnnxCase(operator, version, attributes, inputs, outputs);
    }

    OnnxCase to(ElementType... types) {
        return new OnnxCase(operator, opset, attributes, inputs, List.of(types));
    }

    /** With an attribute more. */
    OnnxCase with(String name, Object value) {
        Map<String, Object> more = new LinkedHashMap<>(attributes);
        more.put(name, value);
        return new OnnxCase(operator, opset, more, inputs, outputs);
    }

    /** Numbers in [-2,2). */
    static Input f(Integer... dims) {
        return between(-2, 2, dims);
    }

    static Input between(double low, double high, Integer... dims) {
        Random random = new Random(Arrays.hashCode(dims) + Double.hashCode(low));
        return sample(ElementType.FLOAT, () -> (float) (low + (high - low) * random.nextDouble()), dims);
    }

    /** Whole numbers, {@code low} included and {@code high} not. */
    static Input whole(ElementType type, int low, int high, Integer... dims) {
        Random random = new Random(17L + Arrays.hashCode(dims));
        return sample(type, () -> random.nextInt(low, high), dims);
    }

    static Input truth(Integer... dims) {
        return whole(ElementType.BOOL, 0, 2, dims);
    }

    private static Input sample(ElementType type, DoubleSupplier next, Integer... dims) {
        List<Integer> d = List.of(dims);
        return new Input(new Sample(type, d, IntStream.range(0, Sample.count(d)).mapToDouble(i -> next.getAsDouble()).toArray()), false);
    }

    /** Integers in the file, as axes and shapes are. */
    static Input ints(long... values) {
        return new Input(new Sample(ElementType.INT64, List.of(values.length), Arrays.stream(values).asDoubleStream().toArray()), true);
    }

    /** One integer in the file, without dimensions. */
    static Input one(long value) {
        return new Input(new Sample(ElementType.INT64, List.of(), new double[] {value}), true);
    }

    static Input reals(double... values) {
        return new Input(new Sample(ElementType.FLOAT, List.of(values.length), values), true);
    }

    static Input real(double value) {
        return new Input(new Sample(ElementType.FLOAT, List.of(), new double[] {value}), true);
    }

    /** The model of the row. */
    ModelBuilder model() {
        ModelBuilder b = new ModelBuilder().opset(opset);
        List<String> names = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
            Input in = inputs.get(i);
            names.add(in == null ? "" : "x" + i);
            if (in == null) continue;
            if (in.inFile) b.initializer("x" + i, in.sample);
            else b.input("x" + i, in.sample.type(), in.sample.dims().toArray());
        }
        List<String> results = new ArrayList<>();
        for (int i = 0; i < outputs.size(); i++) {
            results.add("y" + i);
            b.output("y" + i, outputs.get(i));
        }
        return b.node(operator, names, results, attributes);
    }

    Map<String, Sample> data() {
        Map<String, Sample> data = new HashMap<>();
        for (int i = 0; i < inputs.size(); i++) {
            if (inputs.get(i) != null && !inputs.get(i).inFile) data.put("x" + i, inputs.get(i).sample);
        }
        return data;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(operator).append('-').append(opset);
        attributes.forEach((k, v) -> text.append(' ').append(k).append('=').append(v instanceof long[] l ? Arrays.toString(l) : v instanceof Sample s ? s.type() : v instanceof Schema.Graph g ? g.name() : v));
        for (Input in : inputs) text.append(' ').append(in == null ? "-" : in.sample.type() + "" + in.sample.dims());
        return text.toString();
    }
}
