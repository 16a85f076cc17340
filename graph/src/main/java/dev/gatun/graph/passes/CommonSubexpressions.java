package dev.gatun.graph.passes;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ops.Op;
import dev.gatun.graph.ops.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Computes equal ops on equal operands once: what a gradient recomputes of the forward pass is shared with it. */
final class CommonSubexpressions {
    private CommonSubexpressions() {}

    private record Key(Op op, List<Integer> operands) {}

    static Graph merge(Graph graph) {
        Map<Key, List<Tensor>> seen = new HashMap<>();
        return Replay.run(graph, (node, operands, tracer) -> seen.computeIfAbsent(
                new Key(node.op(), operands.stream().map(Tensor::id).toList()),
                key -> tracer.repeat(node, operands)));
    }
}
