package dev.gatun.models.onnx;

import dev.gatun.graph.ops.Tensor;
import java.util.List;

/** Comparisons, truth values and choices. */
final class LogicOperators {
    private LogicOperators() {}

    static List<Operator> list() {
        return List.of(
                ArithmeticOperators.binary("Equal", Tensor::equal),
                ArithmeticOperators.binary("Less", Tensor::less),
                ArithmeticOperators.binary("Greater", (a, b) -> b.less(a)),
                ArithmeticOperators.binary("LessOrEqual", (a, b) -> a.less(b).or(a.equal(b))),
                ArithmeticOperators.binary("GreaterOrEqual", (a, b) -> b.less(a).or(a.equal(b))),
                ArithmeticOperators.binary("And", Tensor::and),
                ArithmeticOperators.binary("Or", Tensor::or),
                ArithmeticOperators.binary("Xor", (a, b) -> a.and(b).not().and(a.or(b))),
                Operator.of("IsInf", 1, LogicOperators::infinite),
                new Operator("Where", 1, 3, 3, c -> List.of(where(c))));
    }

    private static Tensor infinite(Call c) {
        Tensor x = c.x(0);
        Tensor up = x.equal(PointwiseOperators.full(x, Double.POSITIVE_INFINITY));
        Tensor down = x.equal(PointwiseOperators.full(x, Double.NEGATIVE_INFINITY));
        if (!c.flag("detect_negative", true)) return up;
        return c.flag("detect_positive", true) ? up.or(down) : down;
    }

    private static Value where(Call c) {
        boolean last = c.operands().stream().anyMatch(Value::isChannelsLast) && c.operands().stream().allMatch(v -> v.rank() <= 4);
        if (!last) return Value.of(Tensor.select(c.x(0), c.x(1), c.x(2)));
        return Value.channelsLast(Tensor.select(
                ArithmeticOperators.aligned(c.in(0)), ArithmeticOperators.aligned(c.in(1)), ArithmeticOperators.aligned(c.in(2))));
    }
}
