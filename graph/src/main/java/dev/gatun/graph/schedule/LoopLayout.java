package dev.gatun.graph.schedule;

import dev.gatun.graph.types.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * The dimensions of a loop under construction. Values of the domain's size are numbered {@code row*inner + column};
 * {@code full} and {@code row} say how loop indices make up that number and the row's number. Dimensions are cut in
 * two where a strided window asks for it.
 *
 * @param dims sizes, the inner one last
 * @param full coefficients of an element's number
 * @param row coefficients of a row's number
 */
record LoopLayout(List<Integer> dims, List<Long> full, List<Long> row) {
    /** Longest row of a column reduction that is not cut into blocks of columns. */
    private static final int COLUMNS = 1 << 10;

    LoopLayout {
        full = withoutUnits(full, dims);
        row = withoutUnits(row, dims);
    }

    /** The dimensions to begin with. */
    static LoopLayout of(Domain d, boolean onlyColumns) {
        if (d.isFlat()) return new LoopLayout(List.of(Math.toIntExact(d.elements())), List.of(1L), List.of(0L));
        int block = d.stretch() == d.rows() && onlyColumns ? block(d.inner()) : d.inner();
        if (block == d.inner()) {
            return new LoopLayout(List.of(d.rows(), d.inner()), List.of((long) d.inner(), 1L), List.of(1L, 0L));
        }
        // one column reduction over all rows: blocks of columns are the parallel dimension
        return new LoopLayout(
                List.of(d.inner() / block, d.rows(), block), List.of((long) block, (long) d.inner(), 1L), List.of(0L, 1L, 0L));
    }

    /** A divisor of the row's length near 1,024. */
    private static int block(int inner) {
        for (int b = Math.min(inner, COLUMNS); b >= COLUMNS / 16; b--) {
            if (inner % b == 0) return b;
        }
        return inner;
    }

    /** One dimension cut in two, the inner part of a given size. */
    LoopLayout cut(int dimension, int inner) {
        List<Integer> d = new ArrayList<>(dims);
        d.set(dimension, dims.get(dimension) / inner);
        d.add(dimension + 1, inner);
        return new LoopLayout(d, cut(full, dimension, inner), cut(row, dimension, inner));
    }

    private static List<Long> cut(List<Long> coefficients, int dimension, int inner) {
        List<Long> c = new ArrayList<>(coefficients);
        long step = c.get(dimension);
        c.set(dimension, step * inner);
        c.add(dimension + 1, step);
        return c;
    }

    private static List<Long> withoutUnits(List<Long> coefficients, List<Integer> dims) {
        List<Long> c = new ArrayList<>(coefficients);
        for (int i = 0; i < c.size(); i++) {
            if (dims.get(i) == 1) c.set(i, 0L);
        }
        return List.copyOf(c);
    }

    int last() {
        return dims.size() - 1;
    }

    Shape shape() {
        return new Shape(dims);
    }
}
