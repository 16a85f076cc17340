package dev.gatun.graph.passes;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ir.Node;
import dev.gatun.graph.ops.Add;
import dev.gatun.graph.ops.Broadcast;
import dev.gatun.graph.ops.Mul;
import dev.gatun.graph.ops.Reduce;
import dev.gatun.graph.ops.Sub;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.Shape;
import java.util.List;

/**
 * Rewrites that round fewer times than the expression that they stand for, and are thus not its bits. NaN and infinities
 * come out as before, but for a maximum of NaN, which is unspecified.
 *
 * <table>
 * <caption>Rules</caption>
 * <tr><td>{@code x * a * b}</td><td>{@code x * (a b)}</td><td>one rounding instead of two; where {@code a}, {@code b} and {@code a b} are normal numbers</td></tr>
 * <tr><td>{@code x + 0}</td><td>{@code x}</td><td>keeps the sign of a negative zero</td></tr>
 * <tr><td>{@code 0 - x}</td><td>{@code -x}</td><td>the sign of a zero</td></tr>
 * <tr><td>{@code sum(broadcast(x))}</td><td>{@code x * n}</td><td>one rounding instead of n</td></tr>
 * <tr><td>{@code max(broadcast(x))}</td><td>{@code x}</td><td>keeps NaN</td></tr>
 * </table>
 */
final class Scales {
    private final Known known;

    private Scales(Known known) {
        this.known = known;
    }

    static Graph merge(Graph graph) {
        return Replay.run(graph, (node, operands, tracer) -> {
            Tensor simpler = new Scales(new Known(tracer)).rule(node, operands);
            return simpler != null ? List.of(simpler) : tracer.repeat(node, operands);
        });
    }

    private Tensor rule(Node node, List<Tensor> x) {
        return switch (node.op()) {
            case Add a when known.is(x.get(0), 0) -> x.get(1);
            case Add a when known.is(x.get(1), 0) -> x.get(0);
            case Sub s when known.is(x.get(0), 0) -> x.get(1).neg();
            case Mul m when known.constant(x.get(1)) != null -> chain(x.get(0), known.constant(x.get(1)));
            case Reduce r when x.getFirst().dtype() == DType.F32 -> repeated(x.getFirst(), r);
            default -> null;
        };
    }

    /** {@code x = y * a} times {@code b}. */
    private Tensor chain(Tensor x, double b) {
        Node inner = x.dtype() == DType.F32 ? known.node(x, Mul.class) : null;
        Double a = inner == null ? null : known.constant(known.operand(inner, 1));
        if (a == null || !isNormal(a) || !isNormal(b) || !isNormal(a * b)) return null;
        Tensor y = known.operand(inner, 0);
        return a * b == 1 ? y : y.mul(a * b);
    }

    private static boolean isNormal(double x) {
        return Math.abs(x) >= Float.MIN_NORMAL && Math.abs(x) <= Float.MAX_VALUE;
    }

    /** A sum or maximum along stretched axes only. */
    private Tensor repeated(Tensor x, Reduce op) {
        Tensor y = known.of(x, Broadcast.class);
        if (y == null || !Views.isStretched(y.shape(), x.shape(), op.axes())) return null;
        Shape result = x.shape();
        for (int axis : op.axes()) result = result.with(axis, 1);
        long count = x.type().elements() / result.elements();
        return (op.kind() == Reduce.Kind.SUM ? y.mul(count) : y).broadcast(result);
    }
}
