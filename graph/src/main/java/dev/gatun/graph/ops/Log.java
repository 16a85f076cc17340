package dev.gatun.graph.ops;

import dev.gatun.graph.types.TensorType;
import java.util.List;

/** Natural logarithm. */
public record Log() implements Pointwise {
    @Override
    public int arity() {
        return 1;
    }

    @Override
    public List<TensorType> infer(List<TensorType> operands) {
        Rules.count(operands, 1);
        return List.of(Rules.floating(operands.getFirst()));
    }

    @Override
    public double apply(double... x) {
        return Math.log(x[0]);
    }

    @Override
    public List<Tensor> gradient(Adjoint at) {
        Tensor g = at.cotangent();
        return List.of(g.div(at.operand(0)));
    }
}
