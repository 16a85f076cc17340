package dev.gatun.graph.types;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Sizes of a tensor's dimensions, outermost first. A scalar has rank 0 and one element.
 *
 * @param dims sizes, each at least 1
 */
public record Shape(List<Integer> dims) {
    /** The shape of a scalar. */
    public static final Shape SCALAR = new Shape(List.of());

    public Shape {
        dims = List.copyOf(dims);
        for (int d : dims) {
            if (d < 1) throw new TypeException("a dimension must be at least 1, got " + dims);
        }
        elements(dims);
    }

    /** A shape from its sizes. */
    public static Shape of(int... dims) {
        return new Shape(Arrays.stream(dims).boxed().toList());
    }

    private static long elements(List<Integer> dims) {
        long n = 1;
        try {
            for (int d : dims) n = Math.multiplyExact(n, (long) d);
            Math.multiplyExact(n, 8L);
        } catch (ArithmeticException e) {
            throw new TypeException("more elements than memory can address: " + dims, e);
        }
        return n;
    }

    public int rank() {
        return dims.size();
    }

    /** Size of one dimension; negative indices count from the end. */
    public int dim(int axis) {
        return dims.get(axis < 0 ? axis + rank() : axis);
    }

    /** Size of the innermost dimension, 1 for a scalar. */
    public int last() {
        return rank() == 0 ? 1 : dim(-1);
    }

    /** Number of elements. */
    public long elements() {
        return elements(dims);
    }

    /** The same shape with one dimension changed; negative indices count from the end. */
    public Shape with(int axis, int size) {
        List<Integer> d = new ArrayList<>(dims);
        d.set(axis < 0 ? axis + rank() : axis, size);
        return new Shape(d);
    }

    /** Dimensions {@code from} (inclusive) to {@code to} (exclusive). */
    public Shape sub(int from, int to) {
        return new Shape(dims.subList(from, to));
    }

    /** This shape followed by another. */
    public Shape concat(Shape inner) {
        List<Integer> d = new ArrayList<>(dims);
        d.addAll(inner.dims);
        return new Shape(d);
    }

    /** Strides, in elements, of a dense row-major tensor of this shape. */
    public List<Long> strides() {
        Long[] s = new Long[rank()];
        long step = 1;
        for (int i = rank() - 1; i >= 0; i--) {
            s[i] = step;
            step *= dims.get(i);
        }
        return List.of(s);
    }

    /** The shape two operands broadcast to by NumPy's rule: aligned right, size 1 stretches. */
    public static Shape broadcast(Shape a, Shape b) {
        int rank = Math.max(a.rank(), b.rank());
        List<Integer> d = new ArrayList<>();
        for (int i = rank; i > 0; i--) {
            int x = i > a.rank() ? 1 : a.dim(-i);
            int y = i > b.rank() ? 1 : b.dim(-i);
            if (x != y && x != 1 && y != 1) {
                throw new TypeException("shapes do not broadcast: " + a + " and " + b);
            }
            d.add(Math.max(x, y));
        }
        return new Shape(d);
    }

    /** {@code [2,3]}; a scalar prints {@code []}. */
    @Override
    public String toString() {
        return dims.stream().map(String::valueOf).collect(Collectors.joining(",", "[", "]"));
    }
}
