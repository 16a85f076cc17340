package dev.gatun.graph.passes;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ir.Node;
import dev.gatun.graph.ops.Abs;
import dev.gatun.graph.ops.Add;
import dev.gatun.graph.ops.And;
import dev.gatun.graph.ops.Cast;
import dev.gatun.graph.ops.Div;
import dev.gatun.graph.ops.Equal;
import dev.gatun.graph.ops.Less;
import dev.gatun.graph.ops.Max;
import dev.gatun.graph.ops.Min;
import dev.gatun.graph.ops.Mul;
import dev.gatun.graph.ops.Neg;
import dev.gatun.graph.ops.Not;
import dev.gatun.graph.ops.Or;
import dev.gatun.graph.ops.Pointwise;
import dev.gatun.graph.ops.Select;
import dev.gatun.graph.ops.Split;
import dev.gatun.graph.ops.Sub;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.types.DType;
import java.util.List;

/**
 * Algebra that keeps every bit of every result, NaN, infinities and the sign of zeros included. {@code i} stands for
 * integers, {@code c} for constants, {@code p} for truth values:
 *
 * <pre>
 * x + -0  x - 0  x * 1  x / 1    x                 x * -1                    -x
 * c * x                          x * c             x / 2^k                   x * 2^-k
 * x + -y                         x - y             x - -y                    x + y
 * -x + y                         y - x             -(-x)                     x
 * -x * -y  -x / -y               x * y  x / y      -x * c  -(x * c)          x * -c
 * |-x|  ||x||                    |x|               max(x, x)  min(x, x)      x
 * max(max(x, c), d)              max(x, max(c, d)) min(min(x, c), d)         min(x, min(c, d))
 * i + 0                          i                 i - i  i * 0              0
 * i + c + d                      i + (c + d)       x &lt; x                     false
 * i == i                         true              p and p  p or p           p
 * p and true  p or false         p                 p and false  p or true    the constant
 * not not p                      p                 select(p, x, x)           x
 * select(true, x, y)             x                 select(not p, x, y)       select(p, y, x)
 * cast(x) to its own type        x                 cast(cast(x)), lossless   cast(x)
 * </pre>
 *
 * <p>Views are merged by {@link Views}. What would show for some operand is left alone: {@code x * 0} and {@code x - x}
 * (NaN for infinity), {@code exp(log x)}, {@code sqrt(x)^2}, {@code x / c} as a product, {@code (x + c) + d}, any sum in
 * another order. What rounds fewer times than what it replaces is in {@link Scales}.
 */
final class Simplify {
    private final Known known;

    private Simplify(Known known) {
        this.known = known;
    }

    static Graph run(Graph graph) {
        return Replay.run(graph, (node, operands, tracer) -> {
            Known known = new Known(tracer);
            List<Tensor> parts = node.op() instanceof Split s ? new Views(known).parts(s, operands.getFirst()) : null;
            if (parts != null) return parts;
            Tensor simpler = node.op() instanceof Pointwise p
                    ? new Simplify(known).rule(p, operands)
                    : new Views(known).rule(node, operands);
            return simpler != null ? List.of(simpler) : tracer.repeat(node, operands);
        });
    }

    private Tensor rule(Pointwise op, List<Tensor> operands) {
        Tensor x = operands.get(0);
        Tensor y = operands.size() > 1 ? operands.get(1) : null;
        return switch (op) {
            case Add a -> sum(x, y);
            case Sub s -> difference(x, y);
            case Mul m -> product(x, y);
            case Div d -> quotient(x, y);
            case Neg n -> negated(x);
            case Abs a -> known.of(x, Neg.class) != null ? known.of(x, Neg.class).abs() : known.node(x, Abs.class) != null ? x : null;
            case Max m -> bound(m, x, y);
            case Min m -> bound(m, x, y);
            case Less l -> same(x, y) ? known.filled(x.type().with(DType.BOOL), 0) : null;
            case Equal e -> same(x, y) && !x.dtype().isFloating() ? known.filled(x.type().with(DType.BOOL), 1) : null;
            case And a -> truth(x, y, 1);
            case Or o -> truth(x, y, 0);
            case Not n -> known.of(x, Not.class);
            case Select s -> choice(x, y, operands.get(2));
            case Cast c -> cast(x, c.to());
            default -> null;
        };
    }

    private Tensor sum(Tensor x, Tensor y) {
        boolean whole = x.dtype() == DType.I32;
        if (isZero(y, -1) || whole && known.is(y, 0)) return x;
        if (isZero(x, -1) || whole && known.is(x, 0)) return y;
        if (known.of(y, Neg.class) instanceof Tensor n) return x.sub(n);
        if (known.of(x, Neg.class) instanceof Tensor n) return y.sub(n);
        boolean chain = whole && known.constant(y) != null && known.node(x, Add.class) instanceof Node n
                && known.constant(known.operand(n, 1)) != null;
        if (!chain) return null;
        Node inner = known.node(x, Add.class);
        return known.operand(inner, 0).add((int) (long) (known.constant(known.operand(inner, 1)) + known.constant(y)));
    }

    private Tensor difference(Tensor x, Tensor y) {
        boolean whole = x.dtype() == DType.I32;
        if (isZero(y, 1) || whole && known.is(y, 0)) return x;
        if (whole && same(x, y)) return x.zero();
        return known.of(y, Neg.class) instanceof Tensor n ? x.add(n) : null;
    }

    private Tensor product(Tensor x, Tensor y) {
        if (known.constant(x) != null && known.constant(y) == null) return scaled(y, known.constant(x), y.mul(x));
        if (known.constant(y) != null) return scaled(x, known.constant(y), null);
        Tensor a = known.of(x, Neg.class);
        Tensor b = known.of(y, Neg.class);
        return a != null && b != null ? a.mul(b) : null;
    }

    /** {@code x * c}, or what stands for it when nothing is simpler. */
    private Tensor scaled(Tensor x, double c, Tensor otherwise) {
        if (c == 1) return x;
        if (c == -1) return x.neg();
        if (c == 0 && x.dtype() == DType.I32) return x.zero();
        return known.of(x, Neg.class) instanceof Tensor n && n.dtype().isFloating() ? n.mul(-c) : otherwise;
    }

    private Tensor quotient(Tensor x, Tensor y) {
        Double c = known.constant(y);
        if (c != null && c == 1) return x;
        if (c != null && isPowerOfTwo(c)) return product(x, known.filled(y.type(), 1 / c)) instanceof Tensor p ? p : x.mul(1 / c);
        Tensor a = known.of(x, Neg.class);
        Tensor b = known.of(y, Neg.class);
        return a != null && b != null ? a.div(b) : null;
    }

    private Tensor negated(Tensor x) {
        if (known.of(x, Neg.class) instanceof Tensor inner) return inner;
        if (!(known.node(x, Mul.class) instanceof Node n) || !x.dtype().isFloating()) return null;
        Double c = known.constant(known.operand(n, 1));
        return c == null ? null : scaled(known.operand(n, 0), -c, known.operand(n, 0).mul(-c));
    }

    /** A maximum or minimum keeps a NaN on its left and drops one on its right. */
    private Tensor bound(Pointwise op, Tensor x, Tensor y) {
        if (same(x, y)) return x;
        Double c = known.constant(y);
        Node inner = known.node(x, op.getClass());
        Double d = inner == null ? null : known.constant(known.operand(inner, 1));
        boolean chain = c != null && d != null && !c.isNaN() && !d.isNaN();
        return chain ? known.operand(inner, 0).apply(op, known.filled(y.type(), op.apply(d, c))) : null;
    }

    /** And, whose neutral constant is 1, or or, whose is 0. */
    private Tensor truth(Tensor x, Tensor y, int neutral) {
        if (same(x, y) || known.is(y, neutral)) return x;
        if (known.is(x, neutral)) return y;
        if (known.is(x, 1 - neutral)) return x;
        return known.is(y, 1 - neutral) ? y : null;
    }

    private Tensor choice(Tensor condition, Tensor x, Tensor y) {
        if (known.constant(condition) != null) return known.constant(condition) != 0 ? x : y;
        if (same(x, y)) return x;
        return known.of(condition, Not.class) instanceof Tensor p ? Tensor.select(p, y, x) : null;
    }

    private Tensor cast(Tensor x, DType to) {
        if (x.dtype() == to) return x;
        Tensor inner = known.of(x, Cast.class);
        return inner != null && isLossless(inner.dtype(), x.dtype()) ? inner.cast(to) : null;
    }

    private static boolean isLossless(DType from, DType to) {
        return from == DType.BOOL || from == DType.BF16 && to == DType.F32;
    }

    private static boolean same(Tensor x, Tensor y) {
        return x.id() == y.id();
    }

    /** Whether a value is filled with the zero of a sign. */
    private boolean isZero(Tensor x, int sign) {
        return known.is(x, 0) && Math.copySign(1, known.constant(x)) == sign;
    }

    private static boolean isPowerOfTwo(double x) {
        return x != 0 && Double.isFinite(x) && Math.getExponent(x) > -100 && Math.getExponent(x) < 100
                && Math.abs(x) == Math.scalb(1.0, Math.getExponent(x));
    }
}
