package dev.gatun.graph.passes;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ir.Node;
import dev.gatun.graph.ir.Value;
import dev.gatun.graph.ops.Add;
import dev.gatun.graph.ops.Broadcast;
import dev.gatun.graph.ops.Cast;
import dev.gatun.graph.ops.Constant;
import dev.gatun.graph.ops.FusedMatMul;
import dev.gatun.graph.ops.FusedMatMul.Activation;
import dev.gatun.graph.ops.Gelu;
import dev.gatun.graph.ops.MatMul;
import dev.gatun.graph.ops.Max;
import dev.gatun.graph.ops.Op;
import dev.gatun.graph.ops.Relu;
import dev.gatun.graph.ops.Reshape;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.DType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Moves what follows a matrix product into it, where the backend claims {@link FusedMatMul} and nobody else needs the
 * value in between: a bias, then an activation, then a residual of f32. Reshapes and the widening of a bf16 result may
 * stand between the two; they then follow the fused product.
 */
final class Epilogues {
    /** Nodes between a product and its residual above which waiting for it would keep the factors in memory too long. */
    private static final int FAR = 100;

    private final Map<Integer, Node> definition = new HashMap<>();
    private final Map<Integer, Integer> positions = new HashMap<>();
    private final Map<Integer, Integer> uses = new HashMap<>();
    private final Predicate<Op> claims;

    private Epilogues(Graph graph, Predicate<Op> claims) {
        this.claims = claims;
        for (Node n : graph.nodes()) {
            int position = positions.size();
            n.results().forEach(v -> {
                definition.put(v.id(), n);
                positions.put(v.id(), position);
            });
            n.operands().forEach(v -> uses.merge(v.id(), 1, Integer::sum));
        }
        graph.outputs().forEach(o -> uses.merge(o.value().id(), 1, Integer::sum));
    }

    /** One kind of epilogue after the other, so that each finds the product that the last one left. */
    static Graph fuse(Graph graph, Predicate<Op> claims) {
        for (int kind = 0; kind < 3; kind++) {
            int k = kind;
            Epilogues e = new Epilogues(graph, claims);
            graph = DeadCode.remove(Replay.run(graph, (node, operands, tracer) -> e.rewrite(k, node, operands, tracer)));
        }
        return graph;
    }

    private List<Tensor> rewrite(int kind, Node node, List<Tensor> operands, Tracer tracer) {
        Tensor fused = switch (kind) {
            case 0 -> node.op() instanceof Add ? bias(node, operands, tracer) : null;
            case 1 -> activation(node, operands, tracer);
            default -> node.op() instanceof Add ? residual(node, operands, tracer) : null;
        };
        return fused != null ? List.of(fused) : tracer.repeat(node, operands);
    }

    /** A product that only {@code value} leads to, through reshapes and a widening cast; or {@code null}. */
    private Node product(Value value) {
        Value v = value;
        while (true) {
            Node n = definition.get(v.id());
            if (n == null || uses.get(v.id()) != 1) return null;
            if (n.op() instanceof MatMul || n.op() instanceof FusedMatMul) return n.result().type().rank() == 2 ? n : null;
            boolean passes = n.op() instanceof Reshape || n.op() instanceof Cast c && c.to() == DType.F32;
            if (!passes) return null;
            v = n.operands().getFirst();
        }
    }

    /** The product as a fused op without anything added; {@code null} for none. */
    private static FusedMatMul plain(Node product) {
        if (product == null) return null;
        return product.op() instanceof MatMul m ? new FusedMatMul(m, false, Activation.NONE, false) : (FusedMatMul) product.op();
    }

    private Tensor bias(Node add, List<Tensor> x, Tracer tracer) {
        for (int side = 0; side < 2; side++) {
            Node product = product(add.operands().get(side));
            FusedMatMul p = plain(product);
            Node broadcast = definition.get(add.operands().get(1 - side).id());
            if (p == null || p.bias() || broadcast == null || !(broadcast.op() instanceof Broadcast)) continue;
            Value vector = broadcast.operands().getFirst();
            boolean fits = vector.type().rank() == 1 && vector.type().dtype() == DType.F32
                    && vector.type().dim(0) == product.result().type().dim(1) && add.result().type().dim(-1) == vector.type().dim(0);
            FusedMatMul op = new FusedMatMul(p.product(), true, Activation.NONE, false);
            if (!fits || !claims.test(op)) continue;
            Tensor bias = operand(tracer, x.get(1 - side));
            return replaced(tracer, x.get(side), op, bias, add);
        }
        return null;
    }

    private Tensor activation(Node node, List<Tensor> x, Tracer tracer) {
        Activation activation = switch (node.op()) {
            case Gelu g -> g.tanh() ? Activation.GELU_TANH : Activation.GELU_ERF;
            case Relu r -> Activation.RELU;
            case Max m when definition.get(node.operands().get(1).id()) instanceof Node c
                    && c.op() instanceof Constant zero && zero.value() == 0 -> Activation.RELU;
            default -> Activation.NONE;
        };
        FusedMatMul p = activation == Activation.NONE ? null : plain(product(node.operands().getFirst()));
        if (p == null || p.activation() != Activation.NONE || p.residual()) return null;
        FusedMatMul op = new FusedMatMul(p.product(), p.bias(), activation, false);
        return claims.test(op) ? replaced(tracer, x.getFirst(), op, null, node) : null;
    }

    private Tensor residual(Node add, List<Tensor> x, Tracer tracer) {
        for (int side = 0; side < 2; side++) {
            Node product = product(add.operands().get(side));
            FusedMatMul p = plain(product);
            if (p == null || p.residual() || product.result().type().dtype() != DType.F32) continue;
            FusedMatMul op = new FusedMatMul(p.product(), p.bias(), p.activation(), true);
            int waits = positions.get(add.result().id()) - positions.get(product.result().id());
            if (waits > FAR || !claims.test(op)) continue;
            return replaced(tracer, x.get(side), op, x.get(1 - side).reshape(product.result().type().shape()), add);
        }
        return null;
    }

    /** What a broadcast in the new graph repeats. */
    private static Tensor operand(Tracer tracer, Tensor broadcast) {
        return tracer.tensor(tracer.node(tracer.definedBy(broadcast.id())).operands().getFirst());
    }

    /** Records the fused product in place of the one behind {@code y}, with one operand more, in the node's shape. */
    private static Tensor replaced(Tracer tracer, Tensor y, FusedMatMul op, Tensor more, Node node) {
        int id = y.id();
        while (!(tracer.node(tracer.definedBy(id)).op() instanceof MatMul) && !(tracer.node(tracer.definedBy(id)).op() instanceof FusedMatMul)) {
            id = tracer.node(tracer.definedBy(id)).operands().getFirst().id();
        }
        List<Tensor> operands = new ArrayList<>();
        tracer.node(tracer.definedBy(id)).operands().forEach(v -> operands.add(tracer.tensor(v)));
        if (more != null) operands.add(more);
        Tensor fused = tracer.record(op, operands).getFirst();
        return fused.cast(node.result().type().dtype()).reshape(node.result().type().shape());
    }
}
