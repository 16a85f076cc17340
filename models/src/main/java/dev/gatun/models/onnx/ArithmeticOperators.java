package dev.gatun.models.onnx;

import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;

/** Functions of several tensors that broadcast against each other. Where one is channels-last, all are brought there. */
final class ArithmeticOperators {
    /** Powers up to this are products. */
    private static final int LARGEST_POWER = 16;

    private ArithmeticOperators() {}

    static List<Operator> list() {
        return List.of(
                binary("Add", Tensor::add),
                binary("Sub", Tensor::sub),
                binary("Mul", Tensor::mul),
                binary("Div", ArithmeticOperators::divide),
                new Operator("Mod", 1, 2, 2, c -> List.of(map(c, (a, b) -> modulo(c, a, b)))),
                new Operator("Pow", 1, 2, 2, c -> List.of(power(c))),
                new Operator("PRelu", 1, 2, 2, c -> List.of(map(c, (x, slope) -> Tensor.select(x.less(x.zero()), x.mul(slope), x)))),
                variadic("Max", Tensor::max),
                variadic("Min", Tensor::min),
                variadic("Sum", Tensor::add),
                new Operator("Mean", 1, 1, Integer.MAX_VALUE, c -> List.of(mean(c))),
                new Operator("Clip", 1, 1, 3, c -> List.of(clip(c))));
    }

    static Operator binary(String name, BinaryOperator<Tensor> f) {
        return binary(name, 1, f);
    }

    static Operator binary(String name, int since, BinaryOperator<Tensor> f) {
        return new Operator(name, since, 2, 2, c -> List.of(map(c, f)));
    }

    private static Operator variadic(String name, BinaryOperator<Tensor> f) {
        return new Operator(name, 1, 1, Integer.MAX_VALUE, c -> List.of(fold(c, f)));
    }

    private static Value map(Call c, BinaryOperator<Tensor> f) {
        return map(c.in(0), c.in(1), f);
    }

    /** A function of two values that broadcast. */
    static Value map(Value a, Value b, BinaryOperator<Tensor> f) {
        boolean last = (a.isChannelsLast() || b.isChannelsLast()) && a.rank() <= 4 && b.rank() <= 4;
        return last ? Value.channelsLast(f.apply(aligned(a), aligned(b))) : Value.of(f.apply(a.tensor(), b.tensor()));
    }

    /** A value as it stands against channels-last images. */
    static Tensor aligned(Value v) {
        if (v.rank() == 4) return v.channelsLast();
        if (v.rank() == 0) return v.tensor();
        List<Integer> dims = new ArrayList<>(v.dims());
        while (dims.size() < 4) dims.addFirst(1);
        return Value.of(v.tensor().reshape(new Shape(dims))).channelsLast();
    }

    private static Value fold(Call c, BinaryOperator<Tensor> f) {
        Value y = c.in(0);
        for (int i = 1; i < c.operands().size(); i++) y = map(y, c.in(i), f);
        return y;
    }

    private static Value mean(Call c) {
        Value sum = fold(c, Tensor::add);
        double factor = 1.0 / c.operands().size();
        return sum.isChannelsLast() ? Value.channelsLast(sum.channelsLast().mul(factor)) : Value.of(sum.tensor().mul(factor));
    }

    private static Value clip(Call c) {
        Value x = c.in(0);
        if (c.has(1)) x = map(x, c.in(1), Tensor::max);
        if (c.has(2)) x = map(x, c.in(2), Tensor::min);
        return x;
    }

    /** A quotient; of integers the part before the point. */
    private static Tensor divide(Tensor a, Tensor b) {
        if (a.dtype() != DType.I32) return a.div(b);
        Tensor q = a.cast(DType.F32).div(b.cast(DType.F32)).cast(DType.I32);
        q = q.add(a.sub(q.mul(b)).cast(DType.F32).div(b.cast(DType.F32)).cast(DType.I32)); // what 24 bits lacked
        Tensor rest = a.sub(q.mul(b));
        Tensor one = PointwiseOperators.full(rest, 1);
        // now |rest| < 2|b|: at most one more step, then the rest takes the sign of a
        Tensor same = a.less(a.zero()).equal(b.broadcast(rest.shape()).less(one.zero()));
        Tensor step = Tensor.select(same, one, one.neg());
        Tensor over = b.abs().less(rest.abs().add(1));
        Tensor wrong = a.zero().less(a).and(rest.less(rest.zero())).or(a.less(a.zero()).and(rest.zero().less(rest)));
        return q.add(Tensor.select(wrong, step.neg(), Tensor.select(over, step, one.zero())));
    }

    private static Tensor modulo(Call c, Tensor a, Tensor b) {
        boolean signOfDividend = c.flag("fmod", false);
        if (a.dtype() == DType.I32) {
            Tensor rest = a.sub(divide(a, b).mul(b));
            if (signOfDividend) return rest;
            Tensor wrong = rest.equal(rest.zero()).not().and(rest.less(rest.zero()).equal(b.broadcast(rest.shape()).less(rest.zero())).not());
            return Tensor.select(wrong, rest.add(b), rest);
        }
        c.require(signOfDividend, "floating operands need fmod=1");
        Tensor q = a.div(b);
        Tensor whole = Tensor.select(q.less(q.zero()), PointwiseOperators.floor(q.neg()).neg(), PointwiseOperators.floor(q));
        return a.sub(whole.mul(b));
    }

    private static Value power(Call c) {
        Literal exponent = c.in(1).literal();
        boolean one = exponent != null && exponent.elements() == 1 && c.in(1).rank() <= c.in(0).rank();
        if (one && c.in(1).weightName() == null) {
            double y = exponent.at(0);
            Value x = c.in(0);
            return x.isChannelsLast() ? Value.channelsLast(power(x.channelsLast(), y)) : Value.of(power(x.tensor(), y));
        }
        return map(c, ArithmeticOperators::power);
    }

    private static Tensor power(Tensor x, double y) {
        if (y == 0.5) return x.sqrt();
        if (y == -0.5) return x.rsqrt();
        if (y == Math.rint(y) && Math.abs(y) <= LARGEST_POWER) {
            Tensor p = PointwiseOperators.full(x, 1);
            Tensor square = x;
            for (int n = (int) Math.abs(y); n > 0; n >>= 1) {
                if ((n & 1) == 1) p = p.mul(square);
                if (n > 1) square = square.mul(square);
            }
            return y < 0 ? PointwiseOperators.full(x, 1).div(p) : p;
        }
        return power(x, PointwiseOperators.full(x, y));
    }

    /** {@code sign * exp(y log|x|)}; not a number for a negative base and a fractional exponent. */
    private static Tensor power(Tensor base, Tensor exponent) {
        Tensor x = base.cast(DType.F32);
        Tensor y = exponent.cast(DType.F32).broadcast(Shape.broadcast(base.shape(), exponent.shape()));
        Tensor size = x.abs().log().mul(y).exp();
        Tensor one = PointwiseOperators.full(size, 1);
        Tensor floor = PointwiseOperators.floor(y);
        Tensor odd = floor.equal(PointwiseOperators.floor(y.mul(0.5)).mul(2)).not();
        Tensor signed = Tensor.select(odd, size.neg(), size);
        Tensor negative = Tensor.select(y.equal(floor), signed, PointwiseOperators.full(size, Double.NaN));
        Tensor p = Tensor.select(x.less(x.zero()), negative, size);
        return Tensor.select(y.equal(y.zero()), one, p).cast(base.dtype());
    }
}
