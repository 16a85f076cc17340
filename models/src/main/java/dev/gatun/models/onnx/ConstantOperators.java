package dev.gatun.models.onnx;

import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;

/** Constants, and what is known of shapes. */
final class ConstantOperators {
    /** Most elements of a range. */
    private static final long LONGEST = 1 << 22;

    private ConstantOperators() {}

    static List<Operator> list() {
        return List.of(
                new Operator("Constant", 1, 0, 0, c -> c.known(constant(c))),
                new Operator("ConstantOfShape", 1, 1, 1, ConstantOperators::ofShape),
                new Operator("Shape", 1, 1, 1, ConstantOperators::shape),
                new Operator("Size", 1, 1, 1, c -> c.known(Literal.scalar(c.in(0).dims().stream().mapToLong(d -> d).reduce(1, (a, b) -> a * b)))),
                new Operator("Range", 1, 3, 3, c -> c.known(range(c))),
                Operator.of("EyeLike", 1, ConstantOperators::eye));
    }

    private static Literal constant(Call c) {
        OnnxTensor t = c.tensor("value");
        if (t != null) return t.literal();
        if (c.hasAttribute("value_float")) return new Literal(DType.F32, List.of(), new double[] {c.real("value_float", 0)}, null);
        if (c.hasAttribute("value_int")) return Literal.scalar(c.integer("value_int", 0));
        if (c.hasAttribute("value_floats")) {
            double[] x = c.reals("value_floats");
            return new Literal(DType.F32, List.of(x.length), x, null);
        }
        c.require(c.hasAttribute("value_ints"), "has none of the attributes value, value_float, value_int, value_floats, value_ints");
        return Literal.ints(c.ints("value_ints", List.of()).stream().mapToLong(i -> i).toArray());
    }

    private static List<Value> ofShape(Call c) {
        List<Integer> dims = c.knownInts(0);
        OnnxTensor t = c.tensor("value");
        c.require(t == null || t.elements() == 1, "attribute value must hold one number");
        Literal one = t == null ? new Literal(DType.F32, List.of(1), new double[1], null) : t.literal();
        c.require(dims.stream().allMatch(d -> d >= 0), "a size below 0: " + dims);
        if (dims.contains(0)) {
            return c.known(new Literal(one.dtype(), dims, one.reals() == null ? null : new double[0], one.integers() == null ? null : new long[0]));
        }
        long elements = new Shape(dims).elements();
        if (elements > Folding.LARGEST) return List.of(Value.of(Tensor.full(one.dtype(), new Shape(dims), one.at(0))));
        double[] values = new double[(int) elements];
        Arrays.fill(values, one.at(0));
        return c.known(Literal.of(one.dtype(), dims, values));
    }

    private static List<Value> shape(Call c) {
        List<Integer> dims = c.in(0).dims();
        int rank = dims.size();
        int start = c.integer("start", 0);
        int end = c.integer("end", rank);
        start = Math.clamp(start < 0 ? (long) start + rank : start, 0, rank);
        end = Math.clamp(end < 0 ? (long) end + rank : end, start, rank);
        return c.known(Literal.ints(dims.subList(start, end).stream().mapToLong(d -> d).toArray()));
    }

    private static Literal range(Call c) {
        double start = c.knownNumber(0, 0);
        double limit = c.knownNumber(1, 0);
        double delta = c.knownNumber(2, 1);
        double count = Math.max(0, Math.ceil((limit - start) / delta));
        c.require(count <= LONGEST, "a range of " + count + " elements; at most " + LONGEST + " are supported");
        int n = (int) count;
        return c.in(0).dtype() == DType.I32
                ? Literal.ints(LongStream.range(0, n).map(i -> (long) start + i * (long) delta).toArray())
                : new Literal(DType.F32, List.of(n), DoubleStream.iterate(0, i -> i + 1).limit(n).map(i -> start + i * delta).toArray(), null);
    }

    private static Tensor eye(Call c) {
        Value x = c.in(0);
        c.require(x.rank() == 2, "needs a matrix");
        Shape shape = c.shape(x.dims());
        Tensor hit = Tensor.iota(shape, 1).equal(Tensor.iota(shape, 0).add(c.integer("k", 0)));
        return hit.cast(c.hasAttribute("dtype") ? ElementType.of(c.integer("dtype", 1)).orElseThrow(() -> c.error("attribute dtype is not supported")).dtype() : x.dtype());
    }
}
