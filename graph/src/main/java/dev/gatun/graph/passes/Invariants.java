package dev.gatun.graph.passes;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ir.Input;
import dev.gatun.graph.ir.Node;
import dev.gatun.graph.ir.Value;
import dev.gatun.graph.ops.Scan;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.trace.Tracer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Takes out of loops what is the same in each step: it becomes a constant, computed once before the loop. Constants that
 * a body does not read are dropped.
 */
final class Invariants {
    private Invariants() {}

    static Graph hoist(Graph graph) {
        if (graph.nodes().stream().noneMatch(n -> n.op() instanceof Scan)) return graph;
        return Replay.run(graph, (node, operands, tracer) -> node.op() instanceof Scan s
                ? loop(s, node, operands, tracer)
                : tracer.repeat(node, operands));
    }

    private static List<Tensor> loop(Scan s, Node node, List<Tensor> operands, Tracer tracer) {
        Graph body = (Graph) s.body();
        int own = s.carries() + s.sequences();
        Map<Integer, Tensor> same = new HashMap<>();
        for (int i = own; i < body.inputs().size(); i++) same.put(body.inputs().get(i).value().id(), operands.get(i));
        Map<Integer, Node> leaves = new HashMap<>(); // constants: whoever reads them records them where it is
        List<Node> nodes = new ArrayList<>();
        for (Node n : body.nodes()) {
            if (n.operands().isEmpty()) leaves.put(n.result().id(), n);
            boolean moves = n.operands().stream().anyMatch(v -> same.containsKey(v.id()))
                    && n.operands().stream().allMatch(v -> same.containsKey(v.id()) || leaves.containsKey(v.id()));
            if (!moves) {
                nodes.add(n);
                continue;
            }
            List<Tensor> x = n.operands().stream()
                    .map(v -> same.containsKey(v.id()) ? same.get(v.id()) : tracer.record(leaves.get(v.id()).op(), List.of()).getFirst())
                    .toList();
            List<Tensor> results = tracer.at(n.source(), () -> tracer.repeat(n, x));
            for (int i = 0; i < results.size(); i++) same.put(n.results().get(i).id(), results.get(i));
        }
        Set<Integer> read = new TreeSet<>();
        nodes.forEach(n -> n.operands().forEach(v -> read.add(v.id())));
        body.outputs().forEach(o -> read.add(o.value().id()));
        List<Input> inputs = new ArrayList<>(body.inputs().subList(0, own));
        List<Tensor> given = new ArrayList<>(operands.subList(0, own));
        for (int v : read) {
            if (!same.containsKey(v)) continue;
            inputs.add(new Input("in" + inputs.size(), new Value(v, same.get(v).type()), Input.Role.DATA));
            given.add(same.get(v));
        }
        return tracer.record(s.with(new Graph(body.name(), inputs, nodes, body.outputs())), given);
    }
}
