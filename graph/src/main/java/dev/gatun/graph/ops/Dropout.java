package dev.gatun.graph.ops;

import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import java.util.List;

/**
 * Sets elements to zero with probability {@code rate} and scales the others by {@code 1 / (1 - rate)} (Srivastava et
 * al., 2014). Operands: x, seed i32 {@code [2]}. The mask is recomputed in the backward pass, not stored by hand.
 *
 * @param rate probability of dropping, in [0,1)
 * @param stream tells apart the random ops of one graph
 */
public record Dropout(double rate, int stream) implements Composite {
    public Dropout {
        if (!(rate >= 0 && rate < 1)) {
            throw new IllegalArgumentException("Dropout: the rate must lie in [0,1), got " + rate);
        }
    }

    @Override
    public List<TensorType> infer(List<TensorType> operands) {
        Rules.count(operands, 2);
        return List.of(Rules.floating(operands.getFirst()));
    }

    @Override
    public List<Tensor> expand(List<Tensor> operands) {
        Tensor x = operands.get(0);
        Tensor u = operands.get(1).apply(new RandomUniform(x.shape(), stream));
        Tensor dropped = u.less(Tensor.full(DType.F32, x.shape(), rate));
        return List.of(Tensor.select(dropped, x.zero(), x.mul(1 / (1 - rate))));
    }
}
