package dev.gatun.graph.ops;

import dev.gatun.graph.types.TensorType;
import java.util.List;

/** Sigmoid linear unit (swish), {@code x * sigmoid(x)}. */
public record Silu() implements Composite {
    public static Tensor of(Tensor x) {
        return x.apply(new Silu());
    }

    @Override
    public List<TensorType> infer(List<TensorType> operands) {
        Rules.count(operands, 1);
        return List.of(Rules.floating(operands.getFirst()));
    }

    @Override
    public List<Tensor> expand(List<Tensor> operands) {
        Tensor x = operands.getFirst();
        return List.of(x.mul(x.sigmoid()));
    }
}
