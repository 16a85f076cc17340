package dev.gatun.graph.passes;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ir.Node;
import dev.gatun.graph.ir.Value;
import dev.gatun.graph.ops.Cast;
import dev.gatun.graph.ops.Conv2d;
import dev.gatun.graph.ops.Fused;
import dev.gatun.graph.ops.MatMul;
import dev.gatun.graph.ops.Op;
import dev.gatun.graph.ops.Reshape;
import dev.gatun.graph.types.DType;
import java.util.HashMap;
import java.util.Map;

/** Who defines the values of a graph, where, and how often each is used. */
final class Uses {
    private final Map<Integer, Node> definitions = new HashMap<>();
    private final Map<Integer, Integer> positions = new HashMap<>();
    private final Map<Integer, Integer> counts = new HashMap<>();

    Uses(Graph graph) {
        int position = 0;
        for (Node n : graph.nodes()) {
            for (Value v : n.results()) {
                definitions.put(v.id(), n);
                positions.put(v.id(), position);
            }
            n.operands().forEach(v -> counts.merge(v.id(), 1, Integer::sum));
            position++;
        }
        graph.outputs().forEach(o -> counts.merge(o.value().id(), 1, Integer::sum));
    }

    /** The defining node; {@code null} for an input. */
    Node definition(int value) {
        return definitions.get(value);
    }

    /** The node that computes a value behind reshapes and casts; {@code null} for an input. */
    Node maker(Value value) {
        Node n = definition(value.id());
        while (n != null && (n.op() instanceof Reshape || n.op() instanceof Cast)) n = definition(n.operands().getFirst().id());
        return n;
    }

    /** Number of the defining node; -1 for an input. */
    int position(int value) {
        return positions.getOrDefault(value, -1);
    }

    /** How many operands and outputs a value is. */
    int count(int value) {
        return counts.getOrDefault(value, 0);
    }

    /** A product or convolution that only {@code value} leads to, through reshapes and a widening cast; or {@code null}. */
    Node product(Value value) {
        Value v = value;
        while (true) {
            Node n = definition(v.id());
            if (n == null || count(v.id()) != 1) return null;
            if (isProduct(n.op())) return n.result().type().rank() == 2 || !(n.op() instanceof MatMul) ? n : null;
            boolean passes = n.op() instanceof Reshape || n.op() instanceof Cast c && c.to() == DType.F32;
            if (!passes) return null;
            v = n.operands().getFirst();
        }
    }

    /** Whether an op is a product or a convolution, alone or with what follows it. */
    static boolean isProduct(Op op) {
        return op instanceof MatMul || op instanceof Conv2d || op instanceof Fused;
    }
}
