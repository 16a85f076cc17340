package dev.gatun.graph.passes;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ir.Input;
import dev.gatun.graph.ir.Node;
import dev.gatun.graph.ir.Output;
import dev.gatun.graph.ir.Value;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.trace.Tracer;
import java.util.ArrayList;
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

    /** What several nodes become, none of which needs another. */
    @FunctionalInterface
    interface UnitRule {
        /**
         * Records the replacement of nodes.
         *
         * @param nodes of the old graph
         * @param operands of each in the new graph
         * @return the new results of each, of the old types
         */
        List<List<Tensor>> rewrite(List<Node> nodes, List<List<Tensor>> operands, Tracer tracer);
    }

    static Graph run(Graph graph, Rule rule) {
        return run(graph, graph.nodes().stream().map(List::of).toList(), (nodes, operands, tracer) ->
                List.of(tracer.at(nodes.getFirst().source(), () -> rule.rewrite(nodes.getFirst(), operands.getFirst(), tracer))));
    }

    /** Records a graph whose nodes are given in an order of their own, some of them as one unit. */
    static Graph run(Graph graph, List<List<Node>> units, UnitRule rule) {
        return Tracer.rewrite(graph.name(), tracer -> {
            Map<Integer, Tensor> renamed = new HashMap<>();
            for (Input in : graph.inputs()) {
                renamed.put(in.value().id(), tracer.input(in.name(), in.value().type(), in.role()));
            }
            for (List<Node> unit : units) {
                List<List<Tensor>> operands = new ArrayList<>();
                for (Node n : unit) {
                    Tensor[] x = new Tensor[n.operands().size()];
                    for (int i = 0; i < x.length; i++) x[i] = renamed.get(n.operands().get(i).id());
                    operands.add(List.of(x));
                }
                List<List<Tensor>> results = rule.rewrite(unit, operands, tracer);
                for (int k = 0; k < unit.size(); k++) {
                    for (int i = 0; i < results.get(k).size(); i++) renamed.put(unit.get(k).results().get(i).id(), results.get(k).get(i));
                }
            }
            for (Output out : graph.outputs()) {
                Value v = out.value();
                if (out.update()) tracer.update(out.name(), renamed.get(v.id()));
                else tracer.output(out.name(), renamed.get(v.id()));
            }
        });
    }
}
