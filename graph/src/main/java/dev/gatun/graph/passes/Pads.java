package dev.gatun.graph.passes;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ops.Pad;
import dev.gatun.graph.ops.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Writes padding as a concatenation with zeros, whose parts are then written where they belong. */
final class Pads {
    private Pads() {}

    static Graph toConcat(Graph graph) {
        if (graph.nodes().stream().noneMatch(n -> n.op() instanceof Pad)) return graph;
        return Replay.run(graph, (node, operands, tracer) ->
                node.op() instanceof Pad p ? List.of(padded(operands.getFirst(), p)) : tracer.repeat(node, operands));
    }

    private static Tensor padded(Tensor x, Pad op) {
        List<Tensor> parts = new ArrayList<>();
        if (op.before() > 0) parts.add(zeros(x, op.axis(), op.before()));
        parts.add(x);
        if (op.after() > 0) parts.add(zeros(x, op.axis(), op.after()));
        return parts.size() == 1 ? x : Tensor.concat(op.axis(), parts);
    }

    private static Tensor zeros(Tensor x, int axis, int size) {
        return Tensor.full(x.dtype(), x.shape().with(axis, size), 0);
    }
}
