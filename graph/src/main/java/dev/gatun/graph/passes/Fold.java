package dev.gatun.graph.passes;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ir.Node;
import dev.gatun.graph.ops.Add;
import dev.gatun.graph.ops.Broadcast;
import dev.gatun.graph.ops.Cast;
import dev.gatun.graph.ops.Constant;
import dev.gatun.graph.ops.Div;
import dev.gatun.graph.ops.Mul;
import dev.gatun.graph.ops.Neg;
import dev.gatun.graph.ops.Op;
import dev.gatun.graph.ops.Pointwise;
import dev.gatun.graph.ops.Reduce;
import dev.gatun.graph.ops.Reshape;
import dev.gatun.graph.ops.Select;
import dev.gatun.graph.ops.Slice;
import dev.gatun.graph.ops.Sub;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.ops.Transpose;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import java.util.List;

/**
 * Computes what is known when the graph is compiled, and drops what changes nothing. Rules that would change a
 * result for NaN or infinity (x * 0) are left out.
 */
final class Fold {
    private final Tracer tracer;

    private Fold(Tracer tracer) {
        this.tracer = tracer;
    }

    static Graph run(Graph graph) {
        return Replay.run(graph, (node, operands, tracer) -> new Fold(tracer).node(node, operands));
    }

    private List<Tensor> node(Node node, List<Tensor> x) {
        TensorType type = node.result().type();
        Op op = node.op();
        if (op instanceof Pointwise p && x.stream().allMatch(t -> constant(t) != null)) {
            double[] values = x.stream().mapToDouble(this::constant).toArray();
            return List.of(constant(type, round(type.dtype(), p.apply(values))));
        }
        Tensor simpler = switch (op) {
            case Add a when is(x.get(0), 0) -> x.get(1);
            case Add a when is(x.get(1), 0) -> x.get(0);
            case Sub s when is(x.get(1), 0) -> x.get(0);
            case Sub s when is(x.get(0), 0) -> x.get(1).neg();
            case Mul m when is(x.get(0), 1) -> x.get(1);
            case Mul m when is(x.get(1), 1) -> x.get(0);
            case Mul m when constant(x.get(0)) != null -> scale(x.get(1), constant(x.get(0)));
            case Mul m when constant(x.get(1)) != null -> scale(x.get(0), constant(x.get(1)));
            case Div d when constant(x.get(1)) != null && isPowerOfTwo(constant(x.get(1))) ->
                    scale(x.get(0), 1 / constant(x.get(1)));
            case Neg n when definition(x.get(0)) instanceof Node inner && inner.op() instanceof Neg ->
                    tracer.tensor(inner.operands().getFirst());
            case Select s when constant(x.get(0)) != null -> constant(x.get(0)) != 0 ? x.get(1) : x.get(2);
            case Cast c when x.get(0).dtype() == c.to() -> x.get(0);
            case Reshape r -> reshape(x.get(0), r);
            case Broadcast b -> constant(x.get(0)) != null ? constant(type, constant(x.get(0))) : same(x.get(0), type);
            case Transpose t when constant(x.get(0)) != null -> constant(type, constant(x.get(0)));
            case Slice s -> constant(x.get(0)) != null ? constant(type, constant(x.get(0))) : same(x.get(0), type);
            case Reduce r -> same(x.get(0), type);
            default -> null;
        };
        return simpler != null ? List.of(simpler) : tracer.repeat(node, x);
    }

    /** Multiplication by a constant, which always stands on the right; two in a row become one. */
    private Tensor scale(Tensor x, double factor) {
        if (factor == 1) return x;
        if (factor == -1) return x.neg();
        if (definition(x) instanceof Node n && n.op() instanceof Mul && n.result().type().dtype() == DType.F32) {
            Double inner = constant(tracer.tensor(n.operands().get(1)));
            if (inner != null) return scale(tracer.tensor(n.operands().get(0)), inner * factor);
        }
        return x.mul(factor);
    }

    private Tensor reshape(Tensor x, Reshape op) {
        if (x.shape().equals(op.shape())) return x;
        if (constant(x) != null) return constant(x.type().with(op.shape()), constant(x));
        if (definition(x) instanceof Node n && n.op() instanceof Reshape) {
            return tracer.tensor(n.operands().getFirst()).reshape(op.shape());
        }
        return null;
    }

    /** The operand itself, for an op that leaves its type as it is (a sum over axes of size 1). */
    private static Tensor same(Tensor x, TensorType type) {
        return x.type().equals(type) ? x : null;
    }

    private Node definition(Tensor x) {
        int n = tracer.definedBy(x.id());
        return n < 0 ? null : tracer.node(n);
    }

    private Double constant(Tensor x) {
        return definition(x) instanceof Node n && n.op() instanceof Constant c ? (Double) c.value() : null;
    }

    private Tensor constant(TensorType type, double value) {
        return tracer.record(new Constant(type, value), List.of()).getFirst();
    }

    private boolean is(Tensor x, double value) {
        Double c = constant(x);
        return c != null && c == value;
    }

    private static boolean isPowerOfTwo(double x) {
        return x != 0 && Double.isFinite(x) && Math.getExponent(x) > -100 && Math.getExponent(x) < 100
                && Math.abs(x) == Math.scalb(1.0, Math.getExponent(x));
    }

    /** A folded value keeps its double precision in f32 expressions; integers wrap as they would at run time. */
    private static double round(DType dtype, double x) {
        return dtype == DType.I32 ? (int) (long) x : x;
    }
}
