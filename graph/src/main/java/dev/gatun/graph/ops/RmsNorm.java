package dev.gatun.graph.ops;

import dev.gatun.graph.types.Shape;
import dev.gatun.graph.types.TensorType;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Root-mean-square normalization along the last axis, {@code x / sqrt(mean(x^2) + eps) * weight} (Zhang and
 * Sennrich, 2019). Operands: x {@code [..., n]}, weight {@code [n]}.
 *
 * @param eps added to the mean square
 */
public record RmsNorm(double eps) implements Composite {
    public static Tensor of(Tensor x, Tensor weight, double eps) {
        return x.apply(new RmsNorm(eps), weight);
    }

    @Override
    public List<TensorType> infer(List<TensorType> operands) {
        List<TensorType> result = Composite.likeFirst(operands, 2);
        Shape row = Shape.of(operands.getFirst().dim(-1));
        Rules.require(operands.get(1).shape().equals(row), "the weight must have shape " + row);
        return result;
    }

    private Tensor scale(Tensor x) {
        return x.mul(x).sumLast().mul(1.0 / x.shape().last()).add(eps).rsqrt();
    }

    @Override
    public List<Tensor> expand(List<Tensor> operands) {
        Tensor x = operands.get(0);
        return List.of(x.mul(scale(x)).mul(operands.get(1)));
    }

    @Override
    public List<Tensor> gradient(Adjoint at) {
        Tensor g = at.cotangent();
        Tensor x = at.operand(0);
        Tensor scale = scale(x);
        Tensor h = x.mul(scale);
        Tensor gw = g.mul(at.operand(1));
        Tensor along = gw.mul(h).sumLast().mul(1.0 / x.shape().last());
        return List.of(gw.sub(h.mul(along)).mul(scale), overRows(g.mul(h)));
    }

    /** Sum over all axes but the last: {@code [..., n] -> [n]}. */
    static Tensor overRows(Tensor x) {
        int rank = x.type().rank();
        return x.sum(IntStream.range(0, rank - 1).boxed().toList()).reshape(x.shape().last());
    }
}
