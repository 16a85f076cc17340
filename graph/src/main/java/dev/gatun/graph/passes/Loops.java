package dev.gatun.graph.passes;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ir.Input;
import dev.gatun.graph.ir.Node;
import dev.gatun.graph.ir.Output;
import dev.gatun.graph.ir.Value;
import dev.gatun.graph.ops.Scan;
import dev.gatun.graph.ops.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Makes loops one that compute the same on the same operands and differ in what they give out, as a loop and the one that
 * its gradient records to see more of it; and drops what nobody reads of what a loop stacks.
 */
final class Loops {
    /** All that must be equal; carried values are among the first outputs. */
    private record Key(List<Input> inputs, List<Node> nodes, List<Output> carried, List<Value> operands, int length, int sequences, boolean reverse) {
        static Key of(Node n) {
            Scan s = (Scan) n.op();
            Graph body = (Graph) s.body();
            return new Key(body.inputs(), body.nodes(), body.outputs().subList(0, s.carries()), n.operands(), s.length(), s.sequences(), s.reverse());
        }
    }

    /** Loops of one key: values of the body that are stacked and carries whose history is kept, as far as they are read. */
    private static final class Merged {
        final Set<Value> stacked = new LinkedHashSet<>();
        final Set<Integer> kept = new TreeSet<>();
        Scan scan;
        List<Tensor> results;
    }

    private final Graph graph;
    private final Map<Key, Merged> merged = new LinkedHashMap<>();
    private final Map<Node, Key> keys = new HashMap<>();

    private Loops(Graph graph) {
        this.graph = graph;
    }

    static Graph merge(Graph graph) {
        if (graph.nodes().stream().noneMatch(n -> n.op() instanceof Scan)) return graph;
        return new Loops(graph).run();
    }

    private Graph run() {
        Set<Integer> read = new HashSet<>();
        graph.nodes().forEach(n -> n.operands().forEach(v -> read.add(v.id())));
        graph.outputs().forEach(o -> read.add(o.value().id()));
        for (Node n : graph.nodes()) {
            if (n.op() instanceof Scan) collect(n, read);
        }
        return Replay.run(graph, (node, operands, tracer) -> {
            if (!(node.op() instanceof Scan s)) return tracer.repeat(node, operands);
            Merged m = merged.get(keys.get(node));
            if (m.results == null) {
                m.scan = scan(s, m);
                m.results = tracer.record(m.scan, operands);
            }
            return results(s, m);
        });
    }

    private void collect(Node n, Set<Integer> read) {
        Key key = Key.of(n);
        keys.put(n, key);
        Merged m = merged.computeIfAbsent(key, k -> new Merged());
        Scan s = (Scan) n.op();
        Graph body = (Graph) s.body();
        for (int i = 0; i < s.outputs(); i++) {
            if (read.contains(n.results().get(s.carries() + i).id())) m.stacked.add(body.outputs().get(s.carries() + i).value());
        }
        for (int c : s.kept()) {
            if (read.contains(n.results().get(s.history(c)).id())) m.kept.add(c);
        }
    }

    private static Scan scan(Scan s, Merged m) {
        Graph body = (Graph) s.body();
        List<Output> outputs = new ArrayList<>(body.outputs().subList(0, s.carries()));
        for (Value v : m.stacked) outputs.add(new Output("out" + outputs.size(), v, false));
        Graph more = DeadCode.remove(new Graph(body.name(), body.inputs(), body.nodes(), outputs));
        return new Scan(merge(more), s.length(), s.carries(), s.sequences(), List.copyOf(m.kept), s.reverse());
    }

    /** What a loop of the old graph gave, from the merged one; {@code null} for what nobody reads. */
    private static List<Tensor> results(Scan s, Merged m) {
        List<Value> order = List.copyOf(m.stacked);
        Graph body = (Graph) s.body();
        List<Tensor> results = new ArrayList<>(m.results.subList(0, s.carries()));
        for (int i = 0; i < s.outputs(); i++) {
            int at = order.indexOf(body.outputs().get(s.carries() + i).value());
            results.add(at < 0 ? null : m.results.get(s.carries() + at));
        }
        for (int c : s.kept()) results.add(m.kept.contains(c) ? m.results.get(m.scan.history(c)) : null);
        return results;
    }
}
