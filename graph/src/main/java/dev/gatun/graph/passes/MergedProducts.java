package dev.gatun.graph.passes;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ir.Node;
import dev.gatun.graph.ir.Value;
import dev.gatun.graph.ops.FusedMatMul;
import dev.gatun.graph.ops.MatMul;
import dev.gatun.graph.ops.Op;
import dev.gatun.graph.ops.Tensor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * Makes one product of several with the same left matrix: of queries, keys and values, of the gate and what it opens. Their
 * right matrices are put side by side, {@code [k,n1], [k,n2] -> [k,n1+n2]}, and their results are parts of one. The
 * gradients of their weights, {@code X^T dY1, X^T dY2}, are such products too.
 */
final class MergedProducts {
    private record Key(Op op, int left) {}

    /** Rows of the left matrix from which copying a weight costs some hundredths of multiplying by it. */
    static final int MANY_ROWS = 512;
    /** Columns from which a product runs as fast as one of more; of a sum, the inner size. */
    static final int NARROW = 256;

    private final Graph graph;
    private final Uses uses;

    private MergedProducts(Graph graph) {
        this.graph = graph;
        uses = new Uses(graph);
    }

    static Graph merge(Graph graph) {
        MergedProducts m = new MergedProducts(graph);
        List<List<Node>> groups = m.groups();
        if (groups.isEmpty()) return graph;
        return Replay.run(graph, m.order(groups), (nodes, operands, tracer) -> nodes.size() > 1
                ? tracer.at(nodes.getFirst().source(), () -> merged(nodes, operands))
                : List.of(tracer.at(nodes.getFirst().source(), () -> tracer.repeat(nodes.getFirst(), operands.getFirst()))));
    }

    private List<List<Node>> groups() {
        Map<Key, List<Node>> shared = new LinkedHashMap<>();
        for (Node n : graph.nodes()) {
            if (product(n) != null) shared.computeIfAbsent(new Key(n.op(), n.operands().getFirst().id()), k -> new ArrayList<>()).add(n);
        }
        List<List<Node>> groups = new ArrayList<>();
        for (List<Node> found : shared.values()) {
            List<Node> group = new ArrayList<>();
            for (Node n : found) {
                if (isIndependent(n, group)) group.add(n);
            }
            if (group.size() > 1 && isWorthIt(group)) groups.add(group);
        }
        return groups;
    }

    /** The product in a node without residual; {@code null} for another node. */
    private static MatMul product(Node n) {
        return switch (n.op()) {
            case MatMul m when n.result().type().rank() == 2 -> m;
            case FusedMatMul f when !f.residual() -> f.product();
            default -> null;
        };
    }

    /** Whether no operand of a node is computed from results of earlier ones. */
    private boolean isIndependent(Node n, List<Node> earlier) {
        if (earlier.isEmpty()) return true;
        Set<Integer> results = new HashSet<>();
        earlier.forEach(e -> results.add(e.result().id()));
        int first = uses.position(earlier.getFirst().result().id());
        Deque<Value> open = new ArrayDeque<>(n.operands());
        Set<Integer> seen = new HashSet<>();
        while (!open.isEmpty()) {
            Value v = open.pop();
            if (results.contains(v.id())) return false;
            if (uses.position(v.id()) > first && seen.add(v.id())) open.addAll(uses.definition(v.id()).operands());
        }
        return true;
    }

    /**
     * Whether a product gains by more columns, and the right matrices are put side by side for next to nothing: by the loops
     * that make them, or few weights for many rows.
     */
    private boolean isWorthIt(List<Node> group) {
        int rows = group.getFirst().result().type().dim(0);
        if (group.stream().noneMatch(n -> n.result().type().dim(1) < NARROW)) return false;
        return group.stream().allMatch(n -> {
            Node maker = uses.maker(n.operands().get(1));
            return maker == null ? rows >= MANY_ROWS : !(maker.op() instanceof MatMul || maker.op() instanceof FusedMatMul);
        });
    }

    /** Nodes in their order, those of a group together as soon as the operands of all are there. */
    private List<List<Node>> order(List<List<Node>> groups) {
        Map<Node, List<Node>> unitOf = new IdentityHashMap<>();
        groups.forEach(g -> g.forEach(n -> unitOf.put(n, g)));
        Map<List<Node>, Integer> waits = new IdentityHashMap<>();
        Map<Integer, List<List<Node>>> readers = new HashMap<>();
        Map<List<Node>, Integer> positions = new IdentityHashMap<>();
        PriorityQueue<List<Node>> ready = new PriorityQueue<>((a, b) -> Integer.compare(positions.get(a), positions.get(b)));
        List<List<Node>> units = new ArrayList<>();
        for (Node n : graph.nodes()) {
            List<Node> unit = unitOf.computeIfAbsent(n, List::of);
            if (positions.putIfAbsent(unit, units.size()) != null) continue;
            units.add(unit);
            int open = 0;
            for (Node member : unit) {
                for (Value v : member.operands()) {
                    if (uses.definition(v.id()) == null) continue;
                    readers.computeIfAbsent(v.id(), k -> new ArrayList<>()).add(unit);
                    open++;
                }
            }
            waits.put(unit, open);
            if (open == 0) ready.add(unit);
        }
        List<List<Node>> order = new ArrayList<>();
        while (!ready.isEmpty()) {
            List<Node> unit = ready.poll();
            order.add(unit);
            for (Node n : unit) {
                for (Value v : n.results()) {
                    for (List<Node> reader : readers.getOrDefault(v.id(), List.of())) {
                        if (waits.merge(reader, -1, Integer::sum) == 0) ready.add(reader);
                    }
                }
            }
        }
        return order;
    }

    private static List<List<Tensor>> merged(List<Node> nodes, List<List<Tensor>> operands) {
        Node first = nodes.getFirst();
        int columns = product(first).transposeB() ? 0 : 1;
        Tensor[] more = new Tensor[first.operands().size() - 1];
        for (int i = 0; i < more.length; i++) {
            int operand = i + 1;
            more[i] = Tensor.concat(i == 0 ? columns : 0, operands.stream().map(x -> x.get(operand)).toList()); // weights, biases
        }
        Tensor all = operands.getFirst().getFirst().apply(first.op(), more);
        return all.split(1, nodes.stream().map(n -> n.result().type().dim(1)).toList()).stream().map(List::of).toList();
    }
}
