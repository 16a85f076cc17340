package dev.gatun.graph.ops;

import dev.gatun.graph.types.Shape;
import dev.gatun.graph.types.TensorType;
import java.util.List;

/**
 * Layer normalization along the last axis, {@code (x - mean) / sqrt(var + eps) * weight + bias} with the biased
 * variance (Ba, Kiros and Hinton, 2016). Operands: x {@code [..., n]}, weight {@code [n]}, bias {@code [n]}.
 *
 * @param eps added to the variance
 */
public record LayerNorm(double eps) implements Composite {
    public static Tensor of(Tensor x, Tensor weight, Tensor bias, double eps) {
        return x.apply(new LayerNorm(eps), weight, bias);
    }

    @Override
    public List<TensorType> infer(List<TensorType> operands) {
        List<TensorType> result = Composite.likeFirst(operands, 3);
        Shape row = Shape.of(operands.getFirst().dim(-1));
        Rules.require(operands.get(1).shape().equals(row), "the weight must have shape " + row);
        Rules.require(operands.get(2).shape().equals(row), "the bias must have shape " + row);
        return result;
    }

    /** The normalized operand and {@code 1 / sqrt(var + eps)} of each row. */
    private record Normalized(Tensor x, Tensor scale) {}

    private Normalized normalize(Tensor x) {
        double n = x.shape().last();
        Tensor centered = x.sub(x.sumLast().mul(1 / n));
        Tensor scale = centered.mul(centered).sumLast().mul(1 / n).add(eps).rsqrt();
        return new Normalized(centered.mul(scale), scale);
    }

    @Override
    public List<Tensor> expand(List<Tensor> operands) {
        return List.of(normalize(operands.get(0)).x.mul(operands.get(1)).add(operands.get(2)));
    }

    @Override
    public List<Tensor> gradient(Adjoint at) {
        Tensor g = at.cotangent();
        Tensor weight = at.operand(1);
        double n = weight.shape().last();
        Normalized h = normalize(at.operand(0));
        Tensor gw = g.mul(weight);
        // dx = scale * (gw - mean(gw) - xhat * mean(gw * xhat)): both means in one pass over the row
        Tensor mean = gw.sumLast().mul(1 / n);
        Tensor along = gw.mul(h.x).sumLast().mul(1 / n);
        Tensor dx = gw.sub(mean).sub(h.x.mul(along)).mul(h.scale);
        return List.of(dx, RmsNorm.overRows(g.mul(h.x)), RmsNorm.overRows(g));
    }
}
