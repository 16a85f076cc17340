package dev.gatun.models.report;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ir.Node;
import dev.gatun.graph.ir.Output;
import dev.gatun.graph.ir.Value;
import dev.gatun.graph.plan.ExecutionPlan;
import dev.gatun.graph.schedule.Buffer;
import dev.gatun.graph.schedule.StepAccess;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which steps of a plan compute which nodes of the graph it was made from: a value that lies in memory is computed by the
 * step that writes it, all others by the steps that need them.
 */
final class NodeSteps {
    private NodeSteps() {}

    /** For each node, the numbers of its steps, ascending. */
    static List<Set<Integer>> of(Graph graph, ExecutionPlan plan) {
        Map<Integer, Integer> writers = writers(graph, plan);
        Map<Integer, Set<Integer>> users = new HashMap<>();
        List<Set<Integer>> steps = new ArrayList<>();
        for (int i = graph.nodes().size() - 1; i >= 0; i--) {
            Node n = graph.nodes().get(i);
            Set<Integer> own = new TreeSet<>();
            for (Value v : n.results()) {
                Integer writer = writers.get(v.id());
                if (writer != null) own.add(writer);
                else own.addAll(users.getOrDefault(v.id(), Set.of()));
            }
            for (Value v : n.operands()) users.computeIfAbsent(v.id(), k -> new TreeSet<>()).addAll(own);
            steps.addFirst(own);
        }
        return steps;
    }

    private static Map<Integer, Integer> writers(Graph graph, ExecutionPlan plan) {
        Map<Integer, Integer> byBuffer = new HashMap<>();
        for (int i = 0; i < plan.steps().size(); i++) {
            for (int b : StepAccess.written(plan.steps().get(i))) byBuffer.putIfAbsent(b, i);
        }
        Map<Integer, Integer> writers = new HashMap<>();
        for (Buffer b : plan.buffers()) {
            Integer step = byBuffer.get(b.id());
            if (step != null && b.kind() == Buffer.Kind.TEMPORARY && b.name().startsWith("%")) {
                writers.put(Integer.parseInt(b.name().substring(1)), step);
            }
        }
        for (Output out : graph.outputs()) {
            Integer buffer = out.update() ? plan.inputs().get(out.name()) : plan.results().get(out.name());
            Integer step = buffer == null ? null : byBuffer.get(buffer);
            if (step != null) writers.putIfAbsent(out.value().id(), step);
        }
        return writers;
    }
}
