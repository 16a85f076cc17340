package dev.gatun.graph.ops;

import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.Shape;
import dev.gatun.graph.types.TensorType;
import java.util.List;

/**
 * Rotary position embedding (Su et al., 2021) of {@code [batch, time, heads, width]}: dimension {@code i} and
 * {@code i + width/2} are rotated by {@code time * base^(-2i/width)}.
 *
 * @param base wavelength base, 10000 in the paper
 */
public record Rotary(double base) implements Composite {
    public static Tensor of(Tensor x, double base) {
        return x.apply(new Rotary(base));
    }

    @Override
    public List<TensorType> infer(List<TensorType> operands) {
        Rules.count(operands, 1);
        TensorType x = Rules.floating(operands.getFirst());
        Rules.require(x.rank() == 4, "needs [batch, time, heads, width]");
        Rules.require(x.dim(-1) % 2 == 0, "the width must be even");
        return List.of(x);
    }

    @Override
    public List<Tensor> expand(List<Tensor> operands) {
        Tensor x = operands.getFirst();
        int time = x.shape().dim(1);
        int half = x.shape().last() / 2;
        Shape table = Shape.of(time, 1, half); // broadcasts over batch and heads
        Tensor frequency = Tensor.iota(table, 2).cast(DType.F32).mul(-Math.log(base) / half).exp();
        Tensor angle = Tensor.iota(table, 0).cast(DType.F32).mul(frequency);
        Tensor cos = angle.cos().cast(x.dtype());
        Tensor sin = angle.sin().cast(x.dtype());
        List<Tensor> parts = x.split(3, 2);
        Tensor a = parts.get(0);
        Tensor b = parts.get(1);
        return List.of(Tensor.concat(3, List.of(a.mul(cos).sub(b.mul(sin)), a.mul(sin).add(b.mul(cos)))));
    }
}
