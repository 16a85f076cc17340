package dev.gatun.graph.ops;

import dev.gatun.graph.types.TensorType;
import java.util.Arrays;
import java.util.List;

/**
 * The elements of v that lie where each window of x has its first largest element: with v = x it is max pooling, and
 * in general the derivative of max pooling along v. Operands x and v {@code [N,H,W,C]}; result {@code [N,OH,OW,C]}.
 */
public record Pool2dPick(List<Integer> window, List<Integer> strides, List<Integer> padding) implements Pooling {
    public Pool2dPick {
        window = List.copyOf(window);
        strides = List.copyOf(strides);
        padding = List.copyOf(padding);
    }

    @Override
    public Kind kind() {
        return Kind.MAX;
    }

    @Override
    public List<TensorType> infer(List<TensorType> operands) {
        Rules.count(operands, 2);
        return List.of(Pooling.output(this, Rules.same(operands)));
    }

    @Override
    public List<Tensor> gradient(Adjoint at) {
        Tensor x = at.operand(0);
        Pool2dGrad op = new Pool2dGrad(Kind.MAX, x.shape().dim(1), x.shape().dim(2), window, strides, padding);
        return Arrays.asList(at.wants(0) ? x.zero() : null, at.cotangent().apply(op, x)); // x only chooses
    }
}
