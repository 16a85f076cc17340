package dev.gatun.graph.passes;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ops.Composite;
import dev.gatun.graph.ops.Op;
import java.util.function.Predicate;

/** Replaces composites by what they stand for, except those a backend claims. */
final class Expand {
    private Expand() {}

    static Graph run(Graph graph, Predicate<Op> claims) {
        while (graph.nodes().stream().anyMatch(n -> n.op() instanceof Composite && !claims.test(n.op()))) {
            graph = Replay.run(graph, (node, operands, tracer) ->
                    node.op() instanceof Composite c && !claims.test(c) ? c.expand(operands) : tracer.repeat(node, operands));
        }
        return graph;
    }
}
