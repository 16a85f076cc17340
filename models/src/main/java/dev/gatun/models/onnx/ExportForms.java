package dev.gatun.models.onnx;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ir.Input;
import dev.gatun.graph.ir.Node;
import dev.gatun.graph.ir.Output;
import dev.gatun.graph.ops.Attention;
import dev.gatun.graph.ops.Composite;
import dev.gatun.graph.ops.Gelu;
import dev.gatun.graph.ops.LayerNorm;
import dev.gatun.graph.ops.LogSoftmax;
import dev.gatun.graph.ops.MatMul;
import dev.gatun.graph.ops.Op;
import dev.gatun.graph.ops.Relu;
import dev.gatun.graph.ops.Scan;
import dev.gatun.graph.ops.Softmax;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Brings a graph into the form in which it is exported: what the format has no operator for is stated in others. */
final class ExportForms {
    private ExportForms() {}

    /** The results of a graph and what they need, with the composites that the version of the operators knows. */
    static Graph prepare(Graph graph, int opset) {
        Graph g = needed(new Graph(graph.name(), graph.inputs(), graph.nodes(), graph.outputs().stream().filter(o -> !o.update()).toList()));
        while (g.nodes().stream().anyMatch(n -> isRestated(n.op(), opset))) g = needed(restated(g, opset));
        return g;
    }

    private static boolean isRestated(Op op, int opset) {
        return op instanceof Composite && switch (op) {
            case Relu _, LayerNorm _, Softmax _, LogSoftmax _ -> false;
            case Gelu _ -> opset < 20;
            default -> true;
        };
    }

    private static Graph needed(Graph g) {
        Set<Integer> wanted = new HashSet<>();
        g.outputs().forEach(o -> wanted.add(o.value().id()));
        List<Node> kept = new ArrayList<>();
        for (Node n : g.nodes().reversed()) {
            if (n.results().stream().noneMatch(v -> wanted.contains(v.id()))) continue;
            n.operands().forEach(v -> wanted.add(v.id()));
            kept.add(n);
        }
        return new Graph(g.name(), g.inputs(), kept.reversed(), g.outputs());
    }

    private static Graph restated(Graph g, int opset) {
        Set<Integer> read = new HashSet<>();
        g.nodes().forEach(n -> n.operands().forEach(v -> read.add(v.id())));
        g.outputs().forEach(o -> read.add(o.value().id()));
        return Tracer.rewrite(g.name(), t -> {
            Map<Integer, Tensor> now = new HashMap<>();
            for (Input in : g.inputs()) now.put(in.value().id(), t.input(in.name(), in.value().type(), in.role()));
            for (Node n : g.nodes()) {
                List<Tensor> x = n.operands().stream().map(v -> now.get(v.id())).toList();
                List<Tensor> results = t.at(n.source(), () -> results(t, n, x, opset, read));
                for (int i = 0; i < results.size(); i++) now.put(n.results().get(i).id(), results.get(i));
            }
            for (Output o : g.outputs()) t.output(o.name(), now.get(o.value().id()));
        });
    }

    private static List<Tensor> results(Tracer t, Node n, List<Tensor> x, int opset, Set<Integer> read) {
        return switch (n.op()) {
            case Attention a when !read.contains(n.results().get(1).id()) -> List.of(attention(x.get(0), x.get(1), x.get(2), a.causal()));
            case Composite c when isRestated(c, opset) -> c.expand(x);
            case Scan s -> t.record(s.with(prepare((Graph) s.body(), opset)), x);
            default -> t.record(n.op(), x);
        };
    }

    /** {@code softmax(q k^T / sqrt(d)) v} for heads that stand behind time, as one softmax and two products. */
    private static Tensor attention(Tensor q, Tensor k, Tensor v, boolean causal) {
        Tensor scores = heads(q).apply(new MatMul(false, true), heads(k, q)).mul(1 / Math.sqrt(q.shape().last())); // (B,H,T,S)
        if (causal) {
            Shape square = Shape.of(q.shape().dim(1), k.shape().dim(1));
            Tensor future = Tensor.iota(square, 0).less(Tensor.iota(square, 1));
            scores = Tensor.select(future, Tensor.full(DType.F32, Shape.SCALAR, Double.NEGATIVE_INFINITY), scores);
        }
        return heads(Softmax.of(scores).apply(new MatMul(false, false), heads(v, q)));
    }

    /** {@code (B,T,H,D) <-> (B,H,T,D)}. */
    private static Tensor heads(Tensor x) {
        return x.transpose(0, 2, 1, 3);
    }

    /** Heads of keys or values, repeated where several heads of queries share one. */
    private static Tensor heads(Tensor x, Tensor queries) {
        int groups = x.shape().dim(2);
        int shared = queries.shape().dim(2) / groups;
        Tensor h = heads(x); // (B,G,S,D)
        if (shared == 1) return h;
        Shape s = h.shape();
        return h.reshape(s.dim(0), groups, 1, s.dim(2), s.dim(3)).broadcast(Shape.of(s.dim(0), groups, shared, s.dim(2), s.dim(3)))
                .reshape(s.dim(0), groups * shared, s.dim(2), s.dim(3));
    }

    /** A shape with its dimensions in another order. */
    static Shape turned(Shape shape, List<Integer> order) {
        return new Shape(order.stream().map(shape::dim).toList());
    }
}
