package dev.gatun.graph.passes;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ir.Node;
import dev.gatun.graph.ir.Value;
import dev.gatun.graph.ops.Add;
import dev.gatun.graph.ops.Cast;
import dev.gatun.graph.ops.MatMul;
import dev.gatun.graph.ops.Reshape;
import dev.gatun.graph.ops.Tensor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Makes one product of a sum of products: {@code A1 B1 + A2 B2 = [A1 A2] [B1; B2]}. The gradient of what several linear
 * layers read, such as queries, keys and values, is one.
 */
final class SummedProducts {
    /** A summand: the product behind it in the old graph, if there is one, and its value in the new. */
    private record Summand(Node product, Tensor value) {}

    private final Uses uses;
    private final Set<Integer> inner = new HashSet<>();

    private SummedProducts(Graph graph) {
        uses = new Uses(graph);
        for (Node n : graph.nodes()) {
            if (!(n.op() instanceof Add)) continue;
            for (Value v : n.operands()) {
                if (isAdd(v)) inner.add(v.id());
            }
        }
    }

    static Graph merge(Graph graph) {
        SummedProducts s = new SummedProducts(graph);
        return DeadCode.remove(Replay.run(graph, (node, operands, tracer) -> {
            boolean isSum = node.op() instanceof Add && !s.inner.contains(node.result().id());
            Tensor merged = isSum ? s.merged(node, operands, new Known(tracer)) : null;
            return merged != null ? List.of(merged) : tracer.repeat(node, operands);
        }));
    }

    /** Whether a value is a sum that only another sum reads. */
    private boolean isAdd(Value v) {
        return uses.definition(v.id()) instanceof Node n && n.op() instanceof Add && uses.count(v.id()) == 1;
    }

    private Tensor merged(Node add, List<Tensor> operands, Known known) {
        List<Summand> summands = new ArrayList<>();
        for (int i = 0; i < 2; i++) collect(add.operands().get(i), operands.get(i), known, summands);
        Node first = summands.stream().map(Summand::product).filter(p -> p != null).findFirst().orElse(null);
        if (first == null) return null;
        List<Node> copies = new ArrayList<>();
        Tensor rest = null;
        for (Summand s : summands) {
            boolean fits = s.product != null && isWorthIt(s.product) && s.product.op().equals(first.op()) && s.product.result().type().equals(first.result().type());
            if (fits) copies.add(product(s.value, known));
            else rest = rest == null ? s.value : rest.add(s.value);
        }
        if (copies.size() < 2 || copies.stream().noneMatch(p -> inner(p) < MergedProducts.NARROW)) return null;
        MatMul op = (MatMul) first.op();
        Tensor sum = side(copies, 0, op.transposeA() ? 0 : 1, known).apply(op, side(copies, 1, op.transposeB() ? 1 : 0, known));
        Tensor all = sum.cast(add.result().type().dtype()).reshape(add.result().type().shape());
        return rest == null ? all : rest.add(all);
    }

    /** Whether the loops that make the left matrix can write it beside others, and a copy of the right one costs next to nothing. */
    private boolean isWorthIt(Node product) {
        Node left = uses.maker(product.operands().getFirst());
        return left != null && !(left.op() instanceof MatMul) && product.result().type().dim(0) >= MergedProducts.MANY_ROWS;
    }

    private static int inner(Node product) {
        return product.operands().getFirst().type().dim(((MatMul) product.op()).transposeA() ? 0 : 1);
    }

    private static Tensor side(List<Node> products, int operand, int axis, Known known) {
        return Tensor.concat(axis, products.stream().map(p -> known.operand(p, operand)).toList());
    }

    private void collect(Value old, Tensor value, Known known, List<Summand> found) {
        if (isAdd(old)) {
            Node add = known.node(value);
            for (int i = 0; i < 2; i++) collect(uses.definition(old.id()).operands().get(i), known.operand(add, i), known, found);
            return;
        }
        Node product = uses.product(old);
        found.add(new Summand(product != null && product.op() instanceof MatMul ? product : null, value));
    }

    /** The product in the new graph that a value is a view of. */
    private static Node product(Tensor x, Known known) {
        Node n = known.node(x);
        while (n.op() instanceof Reshape || n.op() instanceof Cast) n = known.node(known.operand(n, 0));
        return n;
    }
}
