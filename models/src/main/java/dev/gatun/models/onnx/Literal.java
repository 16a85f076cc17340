package dev.gatun.models.onnx;

import dev.gatun.graph.types.DType;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A tensor whose elements are known while a model is imported: a shape, an axis, an index table. Integers keep 64 bits,
 * so that a bound such as the largest 64-bit number keeps its meaning.
 *
 * @param dtype f32, i32 or bool
 * @param dims sizes, which may be 0
 * @param reals elements of an f32 tensor, {@code null} otherwise
 * @param integers elements of the others, {@code null} for f32
 */
record Literal(DType dtype, List<Integer> dims, double[] reals, long[] integers) {
    Literal {
        dims = List.copyOf(dims);
    }

    static Literal ints(long... values) {
        return new Literal(DType.I32, List.of(values.length), null, values);
    }

    static Literal scalar(long value) {
        return new Literal(DType.I32, List.of(), null, new long[] {value});
    }

    /** A tensor of elements in double, as an interpreter leaves them. */
    static Literal of(DType dtype, List<Integer> dims, double[] values) {
        return dtype == DType.F32
                ? new Literal(dtype, dims, values, null)
                : new Literal(dtype, dims, null, Arrays.stream(values).mapToLong(v -> (long) v).toArray());
    }

    int elements() {
        return reals != null ? reals.length : integers.length;
    }

    /** Element {@code i} in double. */
    double at(int i) {
        return reals != null ? reals[i] : integers[i];
    }

    double[] doubles() {
        return IntStream.range(0, elements()).mapToDouble(this::at).toArray();
    }

    /** Whether all elements are the same. */
    boolean isUniform() {
        return IntStream.range(1, elements()).allMatch(i -> Double.compare(at(i), at(0)) == 0);
    }

    /** The same elements in other sizes. */
    Literal with(List<Integer> other) {
        return new Literal(dtype, other, reals, integers);
    }
}
