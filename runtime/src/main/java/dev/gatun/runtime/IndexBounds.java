package dev.gatun.runtime;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ir.Input;
import dev.gatun.graph.ir.Node;
import dev.gatun.graph.ops.CrossEntropy;
import dev.gatun.graph.ops.Gather;
import dev.gatun.graph.ops.Op;
import dev.gatun.graph.ops.Scan;
import dev.gatun.graph.ops.ScatterAdd;
import dev.gatun.graph.ops.View;
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
            int operand = indexOperand(n.op());
            if (operand < 0 || !origin.containsKey(n.operands().get(operand).id())) continue;
            bounds.merge(origin.get(n.operands().get(operand).id()), bound(n), Math::min);
        }
    }

    private static int indexOperand(Op op) {
        return switch (op) {
            case Gather g -> 1;
            case CrossEntropy c -> 1;
            case ScatterAdd s -> 0;
            default -> -1;
        };
    }

    private static int bound(Node n) {
        return switch (n.op()) {
            case ScatterAdd s -> s.rows();
            case CrossEntropy c -> n.operands().getFirst().type().dim(-1);
            default -> n.operands().getFirst().type().dim(0);
        };
    }
}
