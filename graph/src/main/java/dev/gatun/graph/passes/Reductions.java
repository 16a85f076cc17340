package dev.gatun.graph.passes;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ops.Reduce;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.types.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * Brings reductions into the two forms that loops have. After this pass a {@link Reduce} is over the trailing axes,
 * of a few ten thousand elements at most where the size allows (a row reduction), or over one block of neighbouring
 * axes with other axes behind it (a column reduction, always a sum). Long reductions become two, so that they can run in
 * parallel; the cut depends on the sizes alone and so does the result.
 */
final class Reductions {
    /** A row reduction longer than this, with few rows, is cut. */
    private static final int LONG_ROW = 1 << 15;
    /** Length of the pieces aimed at. */
    private static final int ROW_PIECE = 1 << 13;
    /** With at least this many rows there is parallel work without a cut. */
    private static final int ENOUGH_ROWS = 64;
    /** Column reductions over more rows than this are cut. */
    private static final int MANY_ROWS = 128;
    /** Rows that a maximum over columns compares at once. */
    private static final int MOST_ROWS = 8;
    /** Partial sums of a cut column reduction, about. */
    private static final int COLUMN_PIECES = 32;

    private Reductions() {}

    static Graph split(Graph graph) {
        return Replay.run(graph, (node, operands, tracer) -> node.op() instanceof Reduce r
                ? List.of(reduce(operands.getFirst(), r).reshape(node.result().type().shape()))
                : tracer.repeat(node, operands));
    }

    /** Blocks of neighbouring axes one by one, the innermost first. */
    private static Tensor reduce(Tensor x, Reduce op) {
        List<Integer> axes = new ArrayList<>(op.axes().stream().filter(a -> x.shape().dim(a) > 1).toList());
        Tensor y = x;
        while (!axes.isEmpty()) {
            int end = axes.removeLast() + 1;
            int start = end - 1;
            while (!axes.isEmpty() && isNext(y.shape(), axes.getLast(), start)) start = axes.removeLast();
            y = block(y, op.kind(), start, end);
        }
        return y;
    }

    /** Whether nothing but size-1 axes lies between two axes. */
    private static boolean isNext(Shape shape, int axis, int next) {
        return shape.sub(axis + 1, next).elements() == 1;
    }

    /** Reduces axes {@code start..end-1}; the others keep their place. */
    private static Tensor block(Tensor x, Reduce.Kind kind, int start, int end) {
        Shape shape = x.shape();
        int outer = (int) shape.sub(0, start).elements();
        int reduced = (int) shape.sub(start, end).elements();
        int inner = (int) shape.sub(end, shape.rank()).elements();
        Tensor flat = inner == 1
                ? rows(x.reshape(outer, reduced), kind, outer, reduced)
                : columns(x.reshape(outer, reduced, inner), kind, outer, reduced, inner);
        Shape result = shape;
        for (int i = start; i < end; i++) result = result.with(i, 1);
        return flat.reshape(result);
    }

    private static Tensor rows(Tensor x, Reduce.Kind kind, int outer, int reduced) {
        int piece = divisor(reduced, ROW_PIECE);
        if (outer >= ENOUGH_ROWS || reduced <= LONG_ROW || piece < ROW_PIECE / 16) return x.apply(new Reduce(kind, List.of(1)));
        int pieces = reduced / piece;
        Tensor partial = x.reshape(outer * pieces, piece).apply(new Reduce(kind, List.of(1)));
        return rows(partial.reshape(outer, pieces), kind, outer, pieces);
    }

    private static Tensor columns(Tensor x, Reduce.Kind kind, int outer, int reduced, int inner) {
        return kind == Reduce.Kind.SUM ? columnSums(x, outer, reduced, inner) : columnMaxima(x, outer, reduced, inner);
    }

    /** Element by element: the larger of whole rows, a few at a time. */
    private static Tensor columnMaxima(Tensor x, int outer, int reduced, int inner) {
        if (reduced == 1) return x;
        int few = divisor(reduced, MOST_ROWS);
        if (few == 1) {
            return columnMaxima(x.slice(1, 0, reduced - 1), outer, reduced - 1, inner).max(x.slice(1, reduced - 1, reduced));
        }
        int rest = reduced / few;
        Tensor y = x.slice(1, 0, rest);
        for (int i = 1; i < few; i++) y = y.max(x.slice(1, i * rest, (i + 1) * rest));
        return columnMaxima(y, outer, rest, inner);
    }

    private static Tensor columnSums(Tensor x, int outer, int reduced, int inner) {
        int together = ShortRows.together(reduced, inner);
        if (together > 1 && together < reduced) return shortColumns(x, outer, reduced, inner, together);
        int pieces = divisor(reduced, COLUMN_PIECES);
        if (reduced <= MANY_ROWS || outer >= ENOUGH_ROWS || pieces == 1) return x.sum(List.of(1));
        Tensor partial = x.reshape(outer * pieces, reduced / pieces, inner).sum(List.of(1));
        return partial.reshape(outer, pieces, inner).sum(List.of(1));
    }

    /** Sums several short rows as one long one, and then the sums. */
    private static Tensor shortColumns(Tensor x, int outer, int reduced, int inner, int together) {
        Tensor wide = x.reshape(outer, reduced / together, together * inner);
        Tensor sums = columnSums(wide, outer, reduced / together, together * inner);
        return columnSums(sums.reshape(outer, together, inner), outer, together, inner);
    }

    /** The largest divisor of {@code n} that is at most {@code most}. */
    private static int divisor(int n, int most) {
        for (int d = Math.min(n, most); d > 1; d--) {
            if (n % d == 0) return d;
        }
        return 1;
    }
}
