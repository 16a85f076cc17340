package dev.gatun.graph.schedule;

import dev.gatun.graph.ops.Broadcast;
import dev.gatun.graph.ops.Reshape;
import dev.gatun.graph.ops.Slice;
import dev.gatun.graph.ops.Transpose;
import dev.gatun.graph.ops.View;
import dev.gatun.graph.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Which element of a dense, row-major tensor a loop touches: {@code offset + sum of coefficients[j] * index[j]} over
 * the loop's dimensions. Seen from a view's result, the same loop touches the operand by another map; a chain of
 * views is followed by one step of arithmetic each.
 *
 * @param offset position at loop index 0
 * @param coefficients one for each loop dimension
 */
record IndexMap(long offset, List<Long> coefficients) {

    /** A loop dimension runs over more than one dimension of a tensor: it must be cut so that its inner part has {@code inner} steps. */
    static final class NeedsCut extends RuntimeException {
        private static final long serialVersionUID = 1L;
        final int dimension;
        final int inner;

        NeedsCut(int dimension, int inner) {
            super(null, null, false, false);
            this.dimension = dimension;
            this.inner = inner;
        }
    }

    /** No cut of the loop's dimensions can express the view. */
    static final class Unmappable extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Unmappable() {
            super(null, null, false, false);
        }
    }

    /** The map with strides of its own for each tensor dimension instead of the dense ones. */
    IndexMap onto(Shape shape, long base, List<Long> strides, List<Integer> domain) {
        Split s = split(shape, domain);
        long at = base;
        for (int k = 0; k < shape.rank(); k++) at += s.offset[k] * strides.get(k);
        return s.flatten(at, strides, domain.size());
    }

    /**
     * The operand's map, from the map of a view's result.
     *
     * @param view the view; {@link dev.gatun.graph.ops.Split} is given as the {@link Slice} of the part in question
     * @param operand the operand's shape
     * @param result the result's shape
     * @param domain sizes of the loop's dimensions
     */
    IndexMap through(View view, Shape operand, Shape result, List<Integer> domain) {
        List<Long> dense = operand.strides();
        switch (view) {
            case Reshape r -> {
                return this;
            }
            case Transpose t -> {
                List<Long> strides = t.order().stream().map(dense::get).toList();
                return onto(result, 0, strides, domain);
            }
            case Slice s -> {
                return onto(result, s.from() * dense.get(s.axis()), dense, domain);
            }
            case Broadcast b -> {
                List<Long> strides = new ArrayList<>();
                int added = result.rank() - operand.rank();
                for (int k = 0; k < result.rank(); k++) {
                    boolean repeats = k < added || operand.dim(k - added) == 1;
                    strides.add(repeats ? 0L : dense.get(k - added));
                }
                return onto(result, 0, strides, domain);
            }
            case dev.gatun.graph.ops.Split s -> throw new IllegalArgumentException("a part of a split is a slice");
        }
    }

    /** Position along each tensor dimension: an offset and a coefficient for each loop dimension. */
    static final class Split {
        final long[] offset;
        final long[][] coefficient;

        Split(int rank, int loops) {
            offset = new long[rank];
            coefficient = new long[rank][loops];
        }

        IndexMap flatten(long at, List<Long> strides, int loops) {
            Long[] c = new Long[loops];
            Arrays.fill(c, 0L);
            for (int k = 0; k < offset.length; k++) {
                for (int j = 0; j < loops; j++) c[j] += coefficient[k][j] * strides.get(k);
            }
            return new IndexMap(at, List.of(c));
        }
    }

    /**
     * Takes the map apart into tensor dimensions.
     *
     * @throws NeedsCut when a loop dimension must be cut first
     * @throws Unmappable when no cut helps
     */
    Split split(Shape shape, List<Integer> domain) {
        Split s = new Split(shape.rank(), domain.size());
        List<Long> dense = shape.strides();
        long rest = offset;
        long[] reach = new long[shape.rank()];
        for (int k = 0; k < shape.rank(); k++) {
            s.offset[k] = rest / dense.get(k);
            rest -= s.offset[k] * dense.get(k);
            reach[k] = s.offset[k];
        }
        for (int j = 0; j < domain.size(); j++) {
            long c = coefficients.get(j);
            if (c == 0 || domain.get(j) == 1) continue;
            int k = dimensionOf(c, shape, dense);
            long stride = dense.get(k);
            long span = stride * shape.dim(k);
            if (c * domain.get(j) > span) {
                if (span % c != 0 || domain.get(j) % (span / c) != 0) throw new Unmappable();
                throw new NeedsCut(j, (int) (span / c));
            }
            s.coefficient[k][j] = c / stride;
            reach[k] += c / stride * (domain.get(j) - 1);
        }
        for (int k = 0; k < shape.rank(); k++) {
            if (reach[k] >= shape.dim(k)) throw new Unmappable();
        }
        return s;
    }

    /** The tensor dimension that a step of {@code c} elements moves along. */
    private static int dimensionOf(long c, Shape shape, List<Long> dense) {
        for (int k = 0; k < shape.rank(); k++) {
            long stride = dense.get(k);
            if (shape.dim(k) > 1 && stride <= c && c % stride == 0 && c < stride * shape.dim(k)) return k;
        }
        throw new Unmappable();
    }
}
