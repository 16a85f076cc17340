package dev.gatun.runtime;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ir.Input;
import dev.gatun.graph.ir.Node;
import dev.gatun.graph.ops.CachedAttention;
import dev.gatun.graph.ops.CrossEntropy;
import dev.gatun.graph.ops.Gather;
import dev.gatun.graph.ops.Scan;
import dev.gatun.graph.ops.ScatterAdd;
import dev.gatun.graph.ops.StoreRows;
import dev.gatun.graph.ops.View;
import dev.gatun.graph.types.TensorType;
import java.util.HashMap;
import java.util.Map;

/**
 * For each i32 data input that serves as an index, the smallest table or class count it indexes. Ids are checked
 * against it when they are written, so that kernels need not.
 */
final class IndexBounds {
    private IndexBounds() {}

    static Map<String, Integer> of(Graph graph) {
        Map<Integer, String> origin = new HashMap<>();
        for (Input in : graph.inputs(Input.Role.DATA)) origin.put(in.value().id(), in.name());
        Map<String, Integer> bounds = new HashMap<>();
        collect(graph, origin, bounds);
        return bounds;
    }

    private static void collect(Graph graph, Map<Integer, String> origin, Map<String, Integer> bounds) {
        for (Node n : graph.nodes()) {
            if (n.op() instanceof Scan s) {
                Graph body = (Graph) s.body();
                Map<Integer, String> inside = new HashMap<>();
                for (int i = s.carries(); i < n.operands().size(); i++) {
                    String name = origin.get(n.operands().get(i).id());
                    if (name != null) inside.put(body.inputs().get(i).value().id(), name);
                }
                collect(body, inside, bounds);
                continue;
            }
            if (n.op() instanceof View && origin.containsKey(n.operands().getFirst().id())) {
                n.results().forEach(v -> origin.put(v.id(), origin.get(n.operands().getFirst().id())));
            }
            indices(n).forEach((operand, bound) -> {
                String input = origin.get(n.operands().get(operand).id());
                if (input != null) bounds.merge(input, bound, Math::min);
            });
        }
    }

    /** Operands of a node that are indices, and the exclusive bound of each. */
    private static Map<Integer, Integer> indices(Node n) {
        TensorType first = n.operands().isEmpty() ? null : n.operands().getFirst().type();
        return switch (n.op()) {
            case Gather g -> Map.of(1, first.dim(0));
            case CrossEntropy c -> Map.of(1, first.dim(-1));
            case ScatterAdd s -> Map.of(0, s.rows());
            case StoreRows s -> Map.of(2, first.dim(0), 3, first.dim(1) - n.operands().get(1).type().dim(1) + 1);
            case CachedAttention a -> {
                TensorType keys = n.operands().get(1).type();
                yield Map.of(3, keys.dim(0), 4, keys.dim(1) - first.dim(1) + 1);
            }
            default -> Map.of();
        };
    }
}
