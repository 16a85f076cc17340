package dev.gatun.models.onnx;

import dev.gatun.graph.ops.Gelu;
import dev.gatun.graph.ops.Relu;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.types.DType;
import java.util.List;
import java.util.function.UnaryOperator;

/** Functions of one tensor, element by element. Images keep the layout that they have. */
final class PointwiseOperators {
    /** Beyond this an f32 number has no fraction. */
    private static final double WHOLE = 1 << 23;

    private PointwiseOperators() {}

    /** A function whose attributes matter. */
    private interface Formula {
        Tensor of(Call c, Tensor x);
    }

    private static Operator unary(String name, UnaryOperator<Tensor> f) {
        return unary(name, 1, (c, x) -> f.apply(x));
    }

    private static Operator unary(String name, int since, Formula f) {
        return new Operator(name, since, 1, 1, c -> List.of(map(c, f)));
    }

    private static Value map(Call c, Formula f) {
        Value v = c.in(0);
        return v.isChannelsLast() ? Value.channelsLast(f.of(c, v.channelsLast())) : Value.of(f.of(c, v.tensor()));
    }

    static List<Operator> list() {
        return List.of(
                unary("Neg", Tensor::neg),
                unary("Abs", Tensor::abs),
                unary("Exp", Tensor::exp),
                unary("Log", Tensor::log),
                unary("Sqrt", Tensor::sqrt),
                unary("Reciprocal", x -> full(x, 1).div(x)),
                unary("Sin", Tensor::sin),
                unary("Cos", Tensor::cos),
                unary("Tan", x -> x.sin().div(x.cos())),
                unary("Sinh", x -> x.exp().sub(x.neg().exp()).mul(0.5)),
                unary("Cosh", x -> x.exp().add(x.neg().exp()).mul(0.5)),
                unary("Tanh", Tensor::tanh),
                unary("Erf", Tensor::erf),
                unary("Sigmoid", Tensor::sigmoid),
                unary("Relu", x -> x.dtype() == DType.F32 ? x.apply(new Relu()) : x.max(x.zero())),
                unary("LeakyRelu", 1, (c, x) -> negative(x, x.mul(c.real("alpha", 0.01)))),
                unary("ThresholdedRelu", 1, (c, x) -> Tensor.select(full(x, c.real("alpha", 1)).less(x), x, x.zero())),
                unary("Elu", 1, (c, x) -> negative(x, exponential(x).mul(c.real("alpha", 1)))),
                unary("Celu", 1, (c, x) -> negative(x, exponential(x.mul(1 / c.real("alpha", 1))).mul(c.real("alpha", 1)))),
                unary("Selu", 1, (c, x) -> negative(x, exponential(x).mul(c.real("alpha", 1.6732632423543772))).mul(c.real("gamma", 1.0507009873554805))),
                unary("Softplus", PointwiseOperators::softplus),
                unary("Softsign", x -> x.div(x.abs().add(1))),
                unary("HardSigmoid", 1, (c, x) -> clamp(x.mul(c.real("alpha", 0.2)).add(c.real("beta", 0.5)), 0, 1)),
                unary("HardSwish", 14, (c, x) -> x.mul(clamp(x.mul(1.0 / 6).add(0.5), 0, 1))),
                unary("Mish", 18, (c, x) -> x.mul(softplus(x).tanh())),
                unary("Gelu", 20, PointwiseOperators::gelu),
                unary("Floor", PointwiseOperators::floor),
                unary("Ceil", x -> floor(x.neg()).neg()),
                unary("Round", PointwiseOperators::round),
                unary("Sign", x -> Tensor.select(x.zero().less(x), full(x, 1), Tensor.select(x.less(x.zero()), full(x, -1), x.zero()))),
                unary("Identity", x -> x),
                unary("Not", Tensor::not),
                unary("IsNaN", 13, (c, x) -> x.equal(x).not()),
                new Operator("Dropout", 1, 1, 3, PointwiseOperators::dropout),
                new Operator("Cast", 1, 1, 1, c -> List.of(map(c, PointwiseOperators::cast))),
                new Operator("CastLike", 15, 2, 2, c -> List.of(map(c, (call, x) -> x.cast(call.in(1).dtype())))));
    }

    static Tensor full(Tensor like, double value) {
        return Tensor.full(like.dtype(), like.shape(), value);
    }

    static Tensor clamp(Tensor x, double low, double high) {
        return x.max(full(x, low)).min(full(x, high));
    }

    /** {@code x < 0 ? below : x}. */
    private static Tensor negative(Tensor x, Tensor below) {
        return Tensor.select(x.less(x.zero()), below, x);
    }

    /** {@code exp(min(x, 0)) - 1}, which does not overflow where it is not chosen. */
    private static Tensor exponential(Tensor x) {
        return x.min(x.zero()).exp().add(-1);
    }

    /** {@code log(1 + exp(x))} as {@code max(x, 0) + log(1 + exp(-|x|))}, which does not overflow. */
    private static Tensor softplus(Tensor x) {
        return x.max(x.zero()).add(x.abs().neg().exp().add(1).log());
    }

    private static Tensor gelu(Call c, Tensor x) {
        String form = c.text("approximate", "none");
        c.require(form.equals("none") || form.equals("tanh"), "attribute approximate: expected none or tanh, found " + form);
        return x.apply(new Gelu(form.equals("tanh")));
    }

    /** The part before the point; exact below {@link #WHOLE}, where it is used. */
    private static Tensor truncated(Tensor x) {
        return x.cast(DType.I32).cast(DType.F32);
    }

    static Tensor floor(Tensor x) {
        if (x.dtype() != DType.F32) return x;
        Tensor t = truncated(x);
        Tensor down = Tensor.select(x.less(t), t.add(-1), t);
        return Tensor.select(x.abs().less(full(x, WHOLE)), down, x);
    }

    /** To the nearest whole number, halves to the even one. */
    private static Tensor round(Tensor x) {
        Tensor up = floor(x.add(0.5));
        Tensor tie = up.sub(x).equal(full(x, 0.5));
        Tensor odd = up.equal(floor(up.mul(0.5)).mul(2)).not();
        Tensor even = Tensor.select(tie.and(odd), up.add(-1), up);
        return Tensor.select(x.abs().less(full(x, WHOLE / 2)), even, x);
    }

    private static Tensor cast(Call c, Tensor x) {
        c.require(c.hasAttribute("to"), "attribute to is missing");
        ElementType to = ElementType.of(c.integer("to", 0))
                .orElseThrow(() -> c.error("attribute to: element type " + c.integer("to", 0) + " is not supported"));
        boolean narrow = to.dtype() == DType.I32 && to != ElementType.INT32 && to != ElementType.INT64;
        c.require(!narrow || x.dtype() == DType.BOOL, "a cast to " + to + ", whose numbers wrap around, is not supported");
        return x.cast(to.dtype());
    }

    /** Nothing is dropped outside training; the mask, where one is asked for, is true everywhere. */
    private static List<Value> dropout(Call c) {
        c.require(!c.has(2) || c.known(2).at(0) == 0, "training mode is not supported: Gatun's own Dropout trains");
        Value x = c.in(0);
        return c.wants(1) ? List.of(x, Value.of(Tensor.full(DType.BOOL, c.shape(x.dims()), 1))) : List.of(x);
    }
}
