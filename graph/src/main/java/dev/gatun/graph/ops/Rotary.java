package dev.gatun.graph.ops;

import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.Shape;
import dev.gatun.graph.types.TensorType;
import java.util.List;

/**
 * Rotary position embedding (Su et al., 2021) of {@code [batch, time, heads, width]}: dimension {@code i} and
 * {@code i + width/2} are rotated by {@code time * base^(-2i/width)}. A second operand, i32 {@code [batch]}, says at
 * which time each sequence starts; without it all start at 0.
 *
 * @param base wavelength base, 10000 in the paper
 */
public record Rotary(double base) implements Composite {
    public static Tensor of(Tensor x, double base) {
        return x.apply(new Rotary(base));
    }

    /** Of sequences that start at times known only when the graph runs, i32 {@code [batch]}. */
    public static Tensor of(Tensor x, Tensor start, double base) {
        return x.apply(new Rotary(base), start);
    }

    @Override
    public List<TensorType> infer(List<TensorType> operands) {
        Rules.require(operands.size() == 1 || operands.size() == 2, "takes 1 or 2 operands, got " + operands.size());
        TensorType x = Rules.floating(operands.getFirst());
        Rules.require(x.rank() == 4, "needs [batch, time, heads, width]");
        Rules.require(x.dim(-1) % 2 == 0, "the width must be even");
        if (operands.size() == 2) StoreRows.index(operands.get(1), x.dim(0), "starts");
        return List.of(x);
    }

    @Override
    public List<Tensor> expand(List<Tensor> operands) {
        Tensor x = operands.getFirst();
        int time = x.shape().dim(1);
        int half = x.shape().last() / 2;
        int batch = operands.size() == 1 ? 1 : x.shape().dim(0);
        Shape table = Shape.of(batch, time, 1, half); // broadcasts over heads
        Tensor frequency = Tensor.iota(table, 3).cast(DType.F32).mul(-Math.log(base) / half).exp();
        Tensor at = Tensor.iota(table, 1);
        if (operands.size() == 2) at = at.add(operands.get(1).reshape(batch, 1, 1, 1));
        Tensor angle = at.cast(DType.F32).mul(frequency);
        Tensor cos = angle.cos().cast(x.dtype());
        Tensor sin = angle.sin().cast(x.dtype());
        List<Tensor> parts = x.split(3, 2);
        Tensor a = parts.get(0);
        Tensor b = parts.get(1);
        return List.of(Tensor.concat(3, List.of(a.mul(cos).sub(b.mul(sin)), a.mul(sin).add(b.mul(cos)))));
    }
}
