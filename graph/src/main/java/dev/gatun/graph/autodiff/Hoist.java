package dev.gatun.graph.autodiff;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ir.Node;
import dev.gatun.graph.ir.Value;
import dev.gatun.graph.ops.Add;
import dev.gatun.graph.ops.MatMul;
import dev.gatun.graph.ops.Neg;
import dev.gatun.graph.ops.Pad;
import dev.gatun.graph.ops.Reduce;
import dev.gatun.graph.ops.Reshape;
import dev.gatun.graph.ops.ScatterAdd;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.ops.Transpose;
import dev.gatun.graph.types.Shape;
import dev.gatun.graph.types.TensorType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntPredicate;

/**
 * Sums over all steps of a loop, computed behind it from stacked values {@code [length, ...]}: what is linear in them
 * needs no loop. {@code sum over t of A[t]^T B[t]} is one product with an inner dimension of all steps' rows.
 */
final class Hoist {
    private final Map<Integer, Node> definition = new HashMap<>();
    private final Set<Integer> varying = new LinkedHashSet<>();

    /**
     * Of a body.
     *
     * @param varies which of its parameters differ from step to step
     */
    Hoist(Graph body, IntPredicate varies) {
        for (int i = 0; i < body.inputs().size(); i++) {
            if (varies.test(i)) varying.add(body.inputs().get(i).value().id());
        }
        for (Node n : body.nodes()) {
            for (Value v : n.results()) definition.put(v.id(), n);
            if (n.operands().stream().anyMatch(v -> varying.contains(v.id()))) n.results().forEach(v -> varying.add(v.id()));
        }
    }

    /** Whether the sum of a value over all steps can be computed behind the loop. */
    boolean takes(int value) {
        Node n = definition.get(value);
        if (n == null) return false;
        return switch (n.op()) {
            case MatMul m -> m.transposeA() && !m.transposeB() && n.result().type().rank() == 2 && allVary(n);
            case Reduce r -> r.kind() == Reduce.Kind.SUM && allVary(n);
            case ScatterAdd s -> allVary(n);
            case Add a -> n.operands().stream().allMatch(v -> takes(v.id()));
            case Reshape r -> takes(n.operands().getFirst().id());
            case Transpose t -> takes(n.operands().getFirst().id());
            case Neg g -> takes(n.operands().getFirst().id());
            case Pad p -> takes(n.operands().getFirst().id());
            default -> false;
        };
    }

    private boolean allVary(Node n) {
        return n.operands().stream().allMatch(v -> varying.contains(v.id()));
    }

    /** The values that must be stacked for it. */
    Set<Integer> stacked(int value) {
        Node n = definition.get(value);
        Set<Integer> found = new LinkedHashSet<>();
        boolean ends = n.op() instanceof MatMul || n.op() instanceof Reduce || n.op() instanceof ScatterAdd;
        for (Value v : n.operands()) {
            if (ends) found.add(v.id());
            else found.addAll(stacked(v.id()));
        }
        return found;
    }

    /** Records the sum over all steps. */
    Tensor apply(int value, Map<Integer, Tensor> all) {
        Node n = definition.get(value);
        TensorType type = n.result().type();
        Tensor first = all.get(n.operands().getFirst().id());
        return switch (n.op()) {
            case MatMul m -> rows(first).apply(m, rows(all.get(n.operands().get(1).id()))); // (T k,m)^T (T k,n)
            case Reduce r -> overSteps(first, r).reshape(type.shape());
            case ScatterAdd s -> first.apply(s, all.get(n.operands().get(1).id()));
            case Add a -> apply(n.operands().get(0).id(), all).add(apply(n.operands().get(1).id(), all));
            default -> apply(n.operands().getFirst().id(), all).apply(n.op());
        };
    }

    /** {@code [T,k,m] -> [T k, m]}. */
    private static Tensor rows(Tensor x) {
        Shape s = x.shape();
        return x.reshape(Shape.of(Math.multiplyExact(s.dim(0), s.dim(1)), s.dim(2)));
    }

    private static Tensor overSteps(Tensor x, Reduce op) {
        List<Integer> axes = new ArrayList<>(List.of(0));
        op.axes().forEach(a -> axes.add(a + 1));
        return x.sum(axes);
    }
}
