package dev.gatun.graph.passes;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ir.Input;
import dev.gatun.graph.ir.Node;
import dev.gatun.graph.ir.Output;
import dev.gatun.graph.ir.Value;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.trace.Tracer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Rewrites a graph by recording it again, node by node, through a rule that may record something else. */
final class Replay {
    private Replay() {}

    /** What a node becomes. */
    @FunctionalInterface
    interface Rule {
        /**
         * Records the replacement of a node.
         *
         * @param node a node of the old graph
         * @param operands its operands in the new graph
         * @param tracer records the new graph; its source line is the node's
         * @return the new results, of the old types
         */
        List<Tensor> rewrite(Node node, List<Tensor> operands, Tracer tracer);
    }

    static Graph run(Graph graph, Rule rule) {
        return Tracer.rewrite(graph.name(), tracer -> {
            Map<Integer, Tensor> renamed = new HashMap<>();
            for (Input in : graph.inputs()) {
                renamed.put(in.value().id(), tracer.input(in.name(), in.value().type(), in.role()));
            }
            for (Node n : graph.nodes()) {
                Tensor[] operands = new Tensor[n.operands().size()];
                for (int i = 0; i < operands.length; i++) operands[i] = renamed.get(n.operands().get(i).id());
                List<Tensor> results = tracer.at(n.source(), () -> rule.rewrite(n, List.of(operands), tracer));
                for (int i = 0; i < results.size(); i++) renamed.put(n.results().get(i).id(), results.get(i));
            }
            for (Output out : graph.outputs()) {
                Value v = out.value();
                if (out.update()) tracer.update(out.name(), renamed.get(v.id()));
                else tracer.output(out.name(), renamed.get(v.id()));
            }
        });
    }
}
