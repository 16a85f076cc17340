package dev.gatun.graph.passes;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ir.Node;
import dev.gatun.graph.ops.Add;
import dev.gatun.graph.ops.Broadcast;
import dev.gatun.graph.ops.Constant;
import dev.gatun.graph.ops.Fused;
import dev.gatun.graph.ops.Fused.Activation;
import dev.gatun.graph.ops.FusedMatMul;
import dev.gatun.graph.ops.Gelu;
import dev.gatun.graph.ops.MatMul;
import dev.gatun.graph.ops.Max;
import dev.gatun.graph.ops.Mul;
import dev.gatun.graph.ops.Op;
import dev.gatun.graph.ops.Relu;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.Shape;
import dev.gatun.graph.types.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Moves what follows a matrix product or a convolution into it, where the backend claims the {@link Fused} op and nobody
 * else needs the value in between: factors, a bias, an activation, a residual. Reshapes and the widening of a bf16 result
 * may stand between the two; they then follow the fused product.
 */
final class Epilogues {
    /** Nodes between a product and its residual above which waiting for it would keep the factors in memory too long. */
    private static final int FAR = 100;

    /** What can follow. */
    private enum Part {
        SCALE,
        BIAS,
        RESIDUAL,
        ACTIVATION
    }

    /** A residual may stand before the activation or after it. */
    private static final List<Part> ORDER = List.of(Part.SCALE, Part.BIAS, Part.RESIDUAL, Part.ACTIVATION, Part.RESIDUAL);

    private final Uses uses;
    private final Predicate<Op> claims;

    private Epilogues(Graph graph, Predicate<Op> claims) {
        this.claims = claims;
        uses = new Uses(graph);
    }

    /** One part after the other, so that each finds the product that the last one left. */
    static Graph fuse(Graph graph, Predicate<Op> claims) {
        for (Part part : ORDER) {
            Epilogues e = new Epilogues(graph, claims);
            graph = DeadCode.remove(Replay.run(graph, (node, operands, tracer) -> e.rewrite(part, node, operands, tracer)));
        }
        return graph;
    }

    private List<Tensor> rewrite(Part part, Node node, List<Tensor> operands, Tracer tracer) {
        Tensor fused = switch (part) {
            case SCALE -> node.op() instanceof Mul ? vector(Fused::scaled, node, operands, tracer) : null;
            case BIAS -> node.op() instanceof Add ? vector(Fused::biased, node, operands, tracer) : null;
            case RESIDUAL -> node.op() instanceof Add ? residual(node, operands, tracer) : null;
            case ACTIVATION -> activation(node, operands, tracer);
        };
        return fused != null ? List.of(fused) : tracer.repeat(node, operands);
    }

    /** A product with something more behind it, if it and the backend can take that. */
    private Optional<Fused> claimed(Node product, Function<Fused, Optional<Fused>> more) {
        return product == null ? Optional.empty() : Fused.of(product.op()).flatMap(more).filter(claims);
    }

    /** Multiplies by, or adds, one number for each column of a product. */
    private Tensor vector(Function<Fused, Optional<Fused>> more, Node node, List<Tensor> x, Tracer tracer) {
        for (int side = 0; side < 2; side++) {
            Node product = uses.product(node.operands().get(side));
            Node broadcast = uses.definition(node.operands().get(1 - side).id());
            if (product == null || broadcast == null || !(broadcast.op() instanceof Broadcast)) continue;
            TensorType repeated = broadcast.operands().getFirst().type();
            int width = product.result().type().dim(-1);
            boolean fits = repeated.dtype() == DType.F32 && repeated.rank() > 0 && repeated.dim(-1) == width && repeated.elements() == width
                    && node.result().type().dim(-1) == width;
            Optional<Fused> op = fits ? claimed(product, more) : Optional.empty();
            if (op.isPresent()) return replaced(tracer, x.get(side), op.get(), operand(tracer, x.get(1 - side)).reshape(Shape.of(width)), node);
        }
        return null;
    }

    private Tensor activation(Node node, List<Tensor> x, Tracer tracer) {
        Activation activation = switch (node.op()) {
            case Gelu g -> g.tanh() ? Activation.GELU_TANH : Activation.GELU_ERF;
            case Relu r -> Activation.RELU;
            case Max m when uses.definition(node.operands().get(1).id()) instanceof Node c
                    && c.op() instanceof Constant zero && zero.value() == 0 -> Activation.RELU;
            default -> Activation.NONE;
        };
        if (activation == Activation.NONE) return null;
        Optional<Fused> op = claimed(uses.product(node.operands().getFirst()), f -> f.activated(activation));
        return op.map(f -> replaced(tracer, x.getFirst(), f, null, node)).orElse(null);
    }

    private Tensor residual(Node add, List<Tensor> x, Tracer tracer) {
        for (int side = 0; side < 2; side++) {
            Node product = uses.product(add.operands().get(side));
            Node other = uses.definition(add.operands().get(1 - side).id());
            if (product == null || other != null && other.op() instanceof Broadcast) continue;
            int waits = uses.position(add.result().id()) - uses.position(product.result().id());
            Optional<Fused> op = waits > FAR || !addsTo(product) ? Optional.empty() : claimed(product, Fused::added);
            if (op.isEmpty()) continue;
            Tensor residual = x.get(1 - side).reshape(product.result().type().shape()).cast(product.result().type().dtype());
            return replaced(tracer, x.get(side), op.get(), residual, add);
        }
        return null;
    }

    /** A residual of f32 stays so: a transformer's would be rounded at each layer. Between convolutions all else is rounded too. */
    private static boolean addsTo(Node product) {
        return product.result().type().dtype() == DType.F32 || !(product.op() instanceof MatMul || product.op() instanceof FusedMatMul);
    }

    /** What a broadcast in the new graph repeats. */
    private static Tensor operand(Tracer tracer, Tensor broadcast) {
        return tracer.tensor(tracer.node(tracer.definedBy(broadcast.id())).operands().getFirst());
    }

    /** Records the fused product in place of the one behind {@code y}, with one operand more, in the node's shape. */
    private static Tensor replaced(Tracer tracer, Tensor y, Fused op, Tensor more, Node node) {
        int id = y.id();
        while (!Uses.isProduct(tracer.node(tracer.definedBy(id)).op())) {
            id = tracer.node(tracer.definedBy(id)).operands().getFirst().id();
        }
        List<Tensor> operands = new ArrayList<>();
        tracer.node(tracer.definedBy(id)).operands().forEach(v -> operands.add(tracer.tensor(v)));
        if (more != null) operands.add(more);
        Tensor fused = tracer.record(op, operands).getFirst();
        return fused.cast(node.result().type().dtype()).reshape(node.result().type().shape());
    }
}
