package dev.gatun.graph.passes;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ir.Node;
import dev.gatun.graph.ir.Value;
import dev.gatun.graph.ops.Broadcast;
import dev.gatun.graph.ops.Conv2d;
import dev.gatun.graph.ops.Mul;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.trace.Tracer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Multiplies the weights of a convolution instead of its result, where that is multiplied by a factor for each channel
 * and nobody else reads it: what a batch norm by running statistics comes down to. The sum that is left of the norm is
 * part of the loop that follows. Weights are scaled in each run, since they and the statistics are state, so this is
 * done only where there are several times fewer of them than of results.
 */
final class ChannelScales {
    /** How many times more results than weights there must be. */
    private static final int FEWER = 4;

    private final Map<Integer, Node> definition = new HashMap<>();
    private final Map<Integer, Integer> uses = new HashMap<>();

    private ChannelScales(Graph graph) {
        for (Node n : graph.nodes()) {
            n.results().forEach(v -> definition.put(v.id(), n));
            n.operands().forEach(v -> uses.merge(v.id(), 1, Integer::sum));
        }
        graph.outputs().forEach(o -> uses.merge(o.value().id(), 1, Integer::sum));
    }

    static Graph fold(Graph graph) {
        ChannelScales scales = new ChannelScales(graph);
        return DeadCode.remove(Replay.run(graph, (node, operands, tracer) -> {
            Tensor scaled = node.op() instanceof Mul ? scales.scaled(node, operands, tracer) : null;
            return scaled != null ? List.of(scaled) : tracer.repeat(node, operands);
        }));
    }

    private Tensor scaled(Node mul, List<Tensor> x, Tracer tracer) {
        for (int side = 0; side < 2; side++) {
            Value result = mul.operands().get(side);
            Node convolution = definition.get(result.id());
            Node broadcast = definition.get(mul.operands().get(1 - side).id());
            boolean fits = convolution != null && convolution.op() instanceof Conv2d && uses.get(result.id()) == 1
                    && broadcast != null && broadcast.op() instanceof Broadcast && isChannels(broadcast.operands().getFirst(), result)
                    && result.type().elements() >= FEWER * convolution.operands().get(1).type().elements();
            if (!fits) continue;
            Node copy = tracer.node(tracer.definedBy(x.get(side).id()));
            Tensor images = tracer.tensor(copy.operands().get(0));
            Tensor weights = tracer.tensor(copy.operands().get(1));
            Tensor factors = tracer.tensor(tracer.node(tracer.definedBy(x.get(1 - side).id())).operands().getFirst());
            return images.apply(copy.op(), weights.mul(factors)); // [KH,KW,C,O] * [O]
        }
        return null;
    }

    private static boolean isChannels(Value factors, Value result) {
        return factors.type().rank() == 1 && factors.type().dim(0) == result.type().dim(-1)
                && factors.type().dtype() == result.type().dtype();
    }
}
