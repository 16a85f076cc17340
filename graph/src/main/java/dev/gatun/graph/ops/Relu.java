package dev.gatun.graph.ops;

import dev.gatun.graph.types.TensorType;
import java.util.List;

/**
 * {@code max(x, 0)}. Its gradient, {@code g} where the result is above 0, reads the result, which the next layer keeps
 * in memory anyway, rather than what the result was computed from.
 */
public record Relu() implements Composite {
    @Override
    public List<TensorType> infer(List<TensorType> operands) {
        Rules.count(operands, 1);
        return List.of(Rules.floating(operands.getFirst()));
    }

    @Override
    public List<Tensor> expand(List<Tensor> operands) {
        Tensor x = operands.getFirst();
        return List.of(x.max(x.zero()));
    }

    @Override
    public List<Tensor> gradient(Adjoint at) {
        Tensor g = at.cotangent();
        return List.of(Tensor.select(g.zero().less(at.result()), g, g.zero()));
    }
}
