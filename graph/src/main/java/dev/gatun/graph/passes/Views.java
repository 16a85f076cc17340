package dev.gatun.graph.passes;

import dev.gatun.graph.ir.Node;
import dev.gatun.graph.ir.Value;
import dev.gatun.graph.ops.Broadcast;
import dev.gatun.graph.ops.Concat;
import dev.gatun.graph.ops.Pad;
import dev.gatun.graph.ops.Reduce;
import dev.gatun.graph.ops.Reshape;
import dev.gatun.graph.ops.Slice;
import dev.gatun.graph.ops.Split;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.ops.Transpose;
import dev.gatun.graph.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Views of views, as part of {@link Simplify}:
 *
 * <pre>
 * reshape, broadcast, transpose, slice, pad, reduce that change nothing    x
 * reshape(reshape(x))                  reshape(x)           transpose(transpose(x))       transpose(x)
 * broadcast(broadcast(x))              broadcast(x)         slice(slice(x)), one axis     slice(x)
 * slice(concat(.., x, ..)) within x    slice(x)             split(concat(x, ..)), as put together    x, ..
 * concat(x)                            x                    concat(split(x))              x
 * pad(pad(x)), one axis                pad(x)
 * </pre>
 *
 * @param known of values
 */
record Views(Known known) {
    Tensor rule(Node node, List<Tensor> operands) {
        if (operands.isEmpty()) return null;
        Tensor x = operands.getFirst();
        return switch (node.op()) {
            case Reshape r -> x.shape().equals(r.shape()) ? x : known.of(x, Reshape.class) instanceof Tensor y ? y.reshape(r.shape()) : null;
            case Broadcast b -> x.shape().equals(b.shape()) ? x : known.of(x, Broadcast.class) instanceof Tensor y ? y.broadcast(b.shape()) : null;
            case Transpose t -> transpose(x, t);
            case Slice s -> slice(x, s);
            case Concat c -> operands.size() == 1 ? x : together(operands, c);
            case Pad p -> pad(x, p);
            case Reduce r -> x.type().equals(node.result().type()) ? x : null;
            default -> null;
        };
    }

    private Tensor transpose(Tensor x, Transpose op) {
        List<Integer> order = op.order();
        Tensor from = x;
        if (known.node(x) instanceof Node n && n.op() instanceof Transpose inner) {
            order = order.stream().map(inner.order()::get).toList();
            from = known.operand(n, 0);
        }
        if (IntStream.range(0, order.size()).boxed().toList().equals(order)) return from;
        return from == x ? null : from.apply(new Transpose(order));
    }

    private Tensor slice(Tensor x, Slice op) {
        if (op.from() == 0 && op.to() == x.shape().dim(op.axis())) return x;
        if (!(known.node(x) instanceof Node n)) return null;
        if (n.op() instanceof Slice s && s.axis() == op.axis()) {
            return known.operand(n, 0).slice(op.axis(), s.from() + op.from(), s.from() + op.to());
        }
        if (!(n.op() instanceof Concat c) || c.axis() != op.axis()) return null;
        int start = 0;
        for (Value part : n.operands()) {
            int end = start + part.type().dim(op.axis());
            if (start <= op.from() && op.to() <= end) {
                Slice inside = new Slice(op.axis(), op.from() - start, op.to() - start);
                Tensor whole = known.tracer().tensor(part);
                Tensor simpler = slice(whole, inside);
                return simpler != null ? simpler : whole.apply(inside);
            }
            start = end;
        }
        return null;
    }

    /** What a split takes apart as it was put together; {@code null} for another. */
    List<Tensor> parts(Split op, Tensor x) {
        if (op.sizes().size() == 1) return List.of(x);
        if (!(known.node(x) instanceof Node n) || !(n.op() instanceof Concat c) || c.axis() != op.axis()) return null;
        List<Integer> sizes = n.operands().stream().map(v -> v.type().dim(op.axis())).toList();
        return sizes.equals(op.sizes()) ? n.operands().stream().map(known.tracer()::tensor).toList() : null;
    }

    /** What a concatenation puts together as it was split; {@code null} for another. */
    private Tensor together(List<Tensor> parts, Concat op) {
        if (!(known.node(parts.getFirst()) instanceof Node n) || !(n.op() instanceof Split s) || s.axis() != op.axis()) return null;
        List<Integer> results = n.results().stream().map(Value::id).toList();
        return parts.stream().map(Tensor::id).toList().equals(results) ? known.operand(n, 0) : null;
    }

    private Tensor pad(Tensor x, Pad op) {
        if (op.before() == 0 && op.after() == 0) return x;
        if (!(known.node(x) instanceof Node n) || !(n.op() instanceof Pad inner) || inner.axis() != op.axis()) return null;
        return known.operand(n, 0).apply(new Pad(op.axis(), op.before() + inner.before(), op.after() + inner.after()));
    }

    /** Whether a broadcast repeats its operand along all of some axes. */
    static boolean isStretched(Shape from, Shape to, List<Integer> axes) {
        List<Integer> own = new ArrayList<>();
        for (int axis : axes) own.add(axis - (to.rank() - from.rank()));
        return own.stream().allMatch(a -> a < 0 || from.dim(a) == 1);
    }
}
