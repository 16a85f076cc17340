package dev.gatun.models.onnx;

import dev.gatun.graph.ir.Node;
import dev.gatun.graph.ir.Value;
import dev.gatun.graph.ops.Add;
import dev.gatun.graph.ops.Broadcast;
import dev.gatun.graph.ops.Constant;
import dev.gatun.graph.ops.Mul;
import dev.gatun.graph.ops.Op;
import dev.gatun.graph.ops.Rsqrt;
import dev.gatun.graph.ops.Sub;
import java.util.List;
import java.util.function.Function;

/**
 * Normalization by running statistics, found again in the multiplication and the addition that it is recorded as:
 * {@code x * s + (bias - mean * s)} with {@code s = weight / sqrt(variance + eps)}.
 *
 * @param x what is normalized
 * @param channels weight, bias, mean and variance, each {@code [c]}
 * @param eps added to the variance
 */
record BatchNormForm(Value x, List<Value> channels, double eps) {
    /** The form that a node ends, {@code null} for other nodes. */
    static BatchNormForm of(Node sum, Function<Value, Node> maker) {
        if (!(sum.op() instanceof Add)) return null;
        Node product = made(sum, 0, Mul.class, maker);
        Node shift = stretched(sum, maker);
        Node scale = product == null ? null : stretched(product, maker);
        if (shift == null || scale == null || !(shift.op() instanceof Sub) || !(scale.op() instanceof Mul)) return null;
        Node offset = made(shift, 1, Mul.class, maker);
        Node root = made(scale, 0, Rsqrt.class, maker);
        if (offset == null || root == null || maker.apply(offset.operands().get(1)) != scale) return null;
        Node variance = made(root, 0, Add.class, maker);
        Node eps = variance == null ? null : made(variance, 1, Constant.class, maker);
        if (eps == null) return null;
        List<Value> channels = List.of(scale.operands().get(1), shift.operands().get(0), offset.operands().get(0), variance.operands().get(0));
        boolean plain = channels.stream().allMatch(v -> v.type().rank() == 1 && v.type().dim(0) == sum.result().type().shape().last());
        return plain ? new BatchNormForm(product.operands().get(0), channels, ((Constant) eps.op()).value()) : null;
    }

    private static Node made(Node n, int operand, Class<? extends Op> by, Function<Value, Node> maker) {
        Node m = maker.apply(n.operands().get(operand));
        return m != null && by.isInstance(m.op()) ? m : null;
    }

    /** What the second operand is stretched from. */
    private static Node stretched(Node n, Function<Value, Node> maker) {
        Node b = made(n, 1, Broadcast.class, maker);
        return b == null ? null : maker.apply(b.operands().getFirst());
    }
}
