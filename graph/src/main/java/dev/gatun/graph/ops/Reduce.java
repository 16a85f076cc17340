package dev.gatun.graph.ops;

import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.Shape;
import dev.gatun.graph.types.TensorType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Sum or maximum over some axes. Reduced axes stay with size 1, so that the result broadcasts against the operand.
 *
 * @param kind what is computed
 * @param axes the axes reduced, ascending
 */
public record Reduce(Kind kind, List<Integer> axes) implements Op {
    /** How elements are combined. */
    public enum Kind {
        SUM(0),
        /** Largest element; -infinity (or the smallest int) of nothing. NaN operands give an unspecified result. */
        MAX(Double.NEGATIVE_INFINITY);

        private final double identity;

        Kind(double identity) {
            this.identity = identity;
        }

        /** The value that changes nothing when combined. */
        public double identity() {
            return identity;
        }

        /** Combines two elements, in double. */
        public double combine(double a, double b) {
            return this == SUM ? a + b : a < b ? b : a;
        }
    }

    public Reduce {
        axes = axes.stream().sorted().distinct().toList();
    }

    @Override
    public List<TensorType> infer(List<TensorType> operands) {
        Rules.count(operands, 1);
        TensorType x = operands.getFirst();
        Rules.require(x.dtype() != DType.BOOL, "needs numbers");
        List<Integer> dims = new ArrayList<>(x.shape().dims());
        for (int axis : axes) dims.set(Rules.axis(axis, x.rank()), 1);
        return List.of(x.with(new Shape(dims)));
    }

    @Override
    public List<Tensor> gradient(Adjoint at) {
        Tensor x = at.operand(0);
        if (!x.dtype().isFloating()) return Collections.singletonList(null);
        Tensor g = at.cotangent().broadcast(x.shape());
        if (kind == Kind.SUM) return List.of(g);
        // maximum: ties share the gradient evenly
        Tensor hit = x.equal(at.result().broadcast(x.shape())).cast(x.dtype());
        Tensor ties = new Reduce(Kind.SUM, axes).of(hit).broadcast(x.shape());
        return List.of(hit.div(ties).mul(g));
    }

    Tensor of(Tensor x) {
        return x.apply(this);
    }
}
