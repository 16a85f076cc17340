package dev.gatun.graph.ops;

import dev.gatun.graph.types.TensorType;
import java.util.List;

/** {@code x - log(sum(exp(x)))} along the last axis, shifted by the maximum so that nothing overflows. */
public record LogSoftmax() implements Composite {
    public static Tensor of(Tensor x) {
        return x.apply(new LogSoftmax());
    }

    @Override
    public List<TensorType> infer(List<TensorType> operands) {
        return Composite.likeFirst(operands, 1);
    }

    @Override
    public List<Tensor> expand(List<Tensor> operands) {
        Tensor x = operands.getFirst();
        return List.of(x.sub(logSumExp(x)));
    }

    @Override
    public List<Tensor> gradient(Adjoint at) {
        Tensor g = at.cotangent();
        return List.of(g.sub(at.result().exp().mul(g.sumLast())));
    }

    /** {@code log(sum(exp(x)))} along the last axis, which stays with size 1. */
    static Tensor logSumExp(Tensor x) {
        Tensor max = x.maxLast();
        return x.sub(max).exp().sumLast().log().add(max);
    }
}
