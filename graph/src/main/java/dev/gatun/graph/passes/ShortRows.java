package dev.gatun.graph.passes;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ops.Broadcast;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.types.Shape;
import java.util.List;

/**
 * Gives loops over short rows longer ones. A vector of few elements that is repeated along all rows, such as a bias of
 * six channels, becomes a vector of some hundred elements that is repeated along rows of that length; sums over rows do
 * the same in {@link Reductions}. A loop over an activation then has rows of whole vectors instead of one part of one.
 */
final class ShortRows {
    /** Rows at least this long are left alone. */
    private static final int SHORT = 64;
    /** Length of the rows made of short ones, at most. */
    private static final int LONG = 512;
    /** Elements from which it is worth the memory. */
    private static final long MANY = 1 << 12;

    private ShortRows() {}

    static Graph repeat(Graph graph) {
        return Replay.run(graph, (node, operands, tracer) -> {
            Tensor wide = node.op() instanceof Broadcast b ? repeated(operands.getFirst(), b.shape()) : null;
            return wide == null ? tracer.record(node.op(), operands) : List.of(wide);
        });
    }

    /** How many rows of {@code inner} elements to take for one, of {@code rows}: a power of two; 1 to leave them. */
    static int together(long rows, int inner) {
        if (inner >= SHORT || inner < 2 || rows * inner < MANY) return 1;
        return (int) Math.min(Long.lowestOneBit(rows), Integer.highestOneBit(LONG / inner));
    }

    /** {@code [c]} along all rows of {@code shape}; {@code null} for another broadcast, or one that stays as it is. */
    private static Tensor repeated(Tensor x, Shape shape) {
        int inner = shape.last();
        long rows = shape.elements() / inner;
        int together = together(rows, inner);
        if (together == 1 || x.type().elements() != inner || x.shape().last() != inner) return null;
        Tensor piece = x.reshape(1, inner).broadcast(Shape.of(together, inner)).reshape(1, together * inner);
        return piece.broadcast(Shape.of((int) (rows / together), together * inner)).reshape(shape);
    }
}
