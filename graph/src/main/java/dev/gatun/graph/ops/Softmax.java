package dev.gatun.graph.ops;

import dev.gatun.graph.types.TensorType;
import java.util.List;

/** {@code exp(x) / sum(exp(x))} along the last axis, shifted by the maximum so that nothing overflows. */
public record Softmax() implements Composite {
    public static Tensor of(Tensor x) {
        return x.apply(new Softmax());
    }

    @Override
    public List<TensorType> infer(List<TensorType> operands) {
        return Composite.likeFirst(operands, 1);
    }

    @Override
    public List<Tensor> expand(List<Tensor> operands) {
        Tensor x = operands.getFirst();
        Tensor e = x.sub(x.maxLast()).exp();
        return List.of(e.mul(e.sumLast().reciprocal())); // one division a row, not one an element
    }

    @Override
    public List<Tensor> gradient(Adjoint at) {
        Tensor gy = at.cotangent().mul(at.result());
        return List.of(gy.sub(at.result().mul(gy.sumLast())));
    }
}
