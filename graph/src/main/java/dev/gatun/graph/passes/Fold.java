package dev.gatun.graph.passes;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ir.Node;
import dev.gatun.graph.ops.Concat;
import dev.gatun.graph.ops.Pad;
import dev.gatun.graph.ops.Pointwise;
import dev.gatun.graph.ops.Reduce;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.ops.View;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import java.util.List;

/**
 * Computes what is known when the graph is compiled: functions of constants, through whatever gives them another shape.
 * In f32 a constant keeps double precision until it is used, so that it is rounded once.
 */
final class Fold {
    /** Sums of whole numbers below this are exact in f32 in any order. */
    private static final double EXACT = 1 << 24;

    private final Known known;

    private Fold(Known known) {
        this.known = known;
    }

    static Graph run(Graph graph) {
        return Replay.run(graph, (node, operands, tracer) -> {
            Double value = new Fold(new Known(tracer)).value(node, operands);
            return value == null
                    ? tracer.repeat(node, operands)
                    : node.results().stream().map(v -> new Known(tracer).filled(v.type(), value)).toList();
        });
    }

    /** The number that all results of a node are filled with; {@code null} when they are not known. */
    private Double value(Node node, List<Tensor> x) {
        if (x.isEmpty() || x.stream().anyMatch(t -> known.constant(t) == null)) return null;
        double first = known.constant(x.getFirst());
        TensorType type = node.result().type();
        return switch (node.op()) {
            case Pointwise p -> rounded(type.dtype(), p.apply(x.stream().mapToDouble(known::constant).toArray()));
            case View v -> first;
            case Concat c -> x.stream().allMatch(t -> same(known.constant(t), first)) ? first : null;
            case Pad p -> same(first, 0) ? first : null;
            case Reduce r when r.kind() == Reduce.Kind.MAX -> first;
            case Reduce r -> sum(first, x.getFirst().type().elements() / type.elements());
            default -> null;
        };
    }

    /** A sum of equal numbers, if no order of summing rounds it. */
    private static Double sum(double x, long count) {
        return x == Math.rint(x) && Math.abs(x) * count <= EXACT ? (Double) (x * count) : null;
    }

    private static boolean same(double a, double b) {
        return Double.doubleToLongBits(a) == Double.doubleToLongBits(b);
    }

    /** A folded value keeps its double precision in f32 expressions; integers wrap as they would at run time. */
    private static double rounded(DType dtype, double x) {
        return dtype == DType.I32 ? (int) (long) x : x;
    }
}
