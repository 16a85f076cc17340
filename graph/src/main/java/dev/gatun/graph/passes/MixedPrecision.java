package dev.gatun.graph.passes;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ir.Input;
import dev.gatun.graph.ir.Node;
import dev.gatun.graph.ir.Value;
import dev.gatun.graph.ops.Cast;
import dev.gatun.graph.ops.Convolution;
import dev.gatun.graph.ops.CrossEntropy;
import dev.gatun.graph.ops.MatMul;
import dev.gatun.graph.ops.Op;
import dev.gatun.graph.ops.Scan;
import dev.gatun.graph.ops.SoftCrossEntropy;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.ops.View;
import dev.gatun.graph.types.DType;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Lets matrix products and convolutions read bf16 while everything else stays f32: parameters, optimizer moments, sums, losses
 * (Micikevicius et al., "Mixed precision training", 2018; bf16 has f32's range, so that no loss scaling is needed).
 *
 * <p>Operands are rounded to bf16, which fusion turns into loops that store bf16 in the first place. A product with a
 * parameter is an activation or its gradient, and is stored as bf16; a product of two activations is a parameter's
 * gradient, and logits lead to a loss: both are stored as f32.
 */
final class MixedPrecision {
    private final Set<Integer> parameters = new HashSet<>();
    private final Set<Integer> logits = new HashSet<>();

    private MixedPrecision(Graph graph, Set<Integer> given) {
        parameters.addAll(given);
        Map<Integer, Integer> viewed = new HashMap<>();
        for (Node n : graph.nodes()) {
            boolean passes = n.op() instanceof View || n.op() instanceof Cast;
            if (passes && parameters.contains(n.operands().getFirst().id())) n.results().forEach(v -> parameters.add(v.id()));
            if (n.op() instanceof View) n.results().forEach(v -> viewed.put(v.id(), n.operands().getFirst().id()));
            if (!(n.op() instanceof CrossEntropy || n.op() instanceof SoftCrossEntropy)) continue;
            for (Integer v = n.operands().getFirst().id(); v != null; v = viewed.get(v)) logits.add(v);
        }
    }

    static Graph run(Graph graph) {
        Set<Integer> states = new HashSet<>();
        graph.inputs(Input.Role.STATE).forEach(in -> states.add(in.value().id()));
        return run(graph, states);
    }

    private static Graph run(Graph graph, Set<Integer> parameters) {
        MixedPrecision p = new MixedPrecision(graph, parameters);
        return Replay.run(graph, (node, operands, tracer) -> switch (node.op()) {
            case Scan s -> tracer.record(s.with(body(s)), operands);
            case Op op when isProduct(op) && node.result().type().dtype() == DType.F32 -> List.of(p.product(node, operands));
            default -> tracer.repeat(node, operands);
        });
    }

    /** Constants of a loop are what parameters are outside. */
    private static Graph body(Scan s) {
        Graph body = (Graph) s.body();
        Set<Integer> constants = new HashSet<>();
        body.inputs().stream().skip(s.carries() + s.sequences()).forEach(in -> constants.add(in.value().id()));
        return run(body, constants);
    }

    private static boolean isProduct(Op op) {
        return op instanceof MatMul || op instanceof Convolution;
    }

    private Tensor product(Node node, List<Tensor> x) {
        boolean activation = node.operands().stream().map(Value::id).anyMatch(parameters::contains);
        boolean widen = !activation || logits.contains(node.result().id());
        Tensor a = x.get(0).cast(DType.BF16);
        Tensor b = x.get(1).cast(DType.BF16);
        Op op = switch (node.op()) {
            case MatMul m -> new MatMul(m.transposeA(), m.transposeB(), widen);
            case Convolution c -> c.widened(widen);
            default -> throw new IllegalStateException(node.op().name() + " is no product");
        };
        return a.apply(op, b).cast(DType.F32);
    }
}
