package dev.gatun.graph.passes;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ir.Node;
import dev.gatun.graph.ops.Scan;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Takes a rewrite into the bodies of loops. */
final class Bodies {
    private Bodies() {}

    /** A rewrite that keeps inputs and outputs, applied to the bodies of loops first, then to the graph that holds them. */
    static UnaryOperator<Graph> too(UnaryOperator<Graph> rewrite) {
        return graph -> rewrite.apply(inside(graph, too(rewrite)));
    }

    private static Graph inside(Graph graph, UnaryOperator<Graph> rewrite) {
        if (graph.nodes().stream().noneMatch(n -> n.op() instanceof Scan)) return graph;
        List<Node> nodes = new ArrayList<>();
        for (Node n : graph.nodes()) {
            nodes.add(n.op() instanceof Scan s
                    ? new Node(s.with(rewrite.apply((Graph) s.body())), n.operands(), n.results(), n.source())
                    : n);
        }
        return new Graph(graph.name(), graph.inputs(), nodes, graph.outputs());
    }
}
