package dev.gatun.graph.passes;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ir.Node;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Drops nodes that no output depends on. Inputs stay: callers know them by name. */
final class DeadCode {
    private DeadCode() {}

    static Graph remove(Graph graph) {
        Set<Integer> live = new HashSet<>();
        graph.outputs().forEach(o -> live.add(o.value().id()));
        List<Node> kept = new ArrayList<>();
        for (Node n : graph.nodes().reversed()) {
            if (n.results().stream().noneMatch(v -> live.contains(v.id()))) continue;
            n.operands().forEach(v -> live.add(v.id()));
            kept.add(n);
        }
        Collections.reverse(kept);
        return new Graph(graph.name(), graph.inputs(), kept, graph.outputs());
    }
}
