package dev.gatun.models.onnx;

import dev.gatun.graph.ops.MatMul;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.Shape;
import java.util.ArrayList;
import java.util.List;

/** Matrix products. */
final class MatrixOperators {
    private MatrixOperators() {}

    static List<Operator> list() {
        return List.of(
                Operator.of("MatMul", 2, c -> product(c.x(0), c.x(1))),
                Operator.of("Gemm", 2, 3, MatrixOperators::gemm),
                Operator.of("Einsum", 1, 2, c -> new Einsum(c).result()));
    }

    /** The product by NumPy's rule: vectors get a dimension and lose it again, leading dimensions broadcast. */
    static Tensor product(Tensor a, Tensor b) {
        if (a.dtype() == DType.I32) return product(a.cast(DType.F32), b.cast(DType.F32)).cast(DType.I32);
        if (a.shape().rank() == 1 && b.shape().rank() == 1) return a.mul(b).sumAll();
        if (a.shape().rank() == 1) {
            Tensor y = product(a.reshape(1, a.shape().last()), b);
            return y.reshape(without(y.shape(), y.shape().rank() - 2));
        }
        if (b.shape().rank() == 1) {
            Tensor y = product(a, b.reshape(b.shape().last(), 1));
            return y.reshape(y.shape().sub(0, y.shape().rank() - 1));
        }
        if (b.shape().rank() == 2) return a.matmul(b);
        Shape lead = Shape.broadcast(lead(a), lead(b));
        Shape left = lead.concat(a.shape().sub(a.shape().rank() - 2, a.shape().rank()));
        Shape right = lead.concat(b.shape().sub(b.shape().rank() - 2, b.shape().rank()));
        return a.broadcast(left).apply(new MatMul(false, false), b.broadcast(right));
    }

    private static Shape lead(Tensor x) {
        return x.shape().sub(0, x.shape().rank() - 2);
    }

    private static Shape without(Shape shape, int axis) {
        List<Integer> dims = new ArrayList<>(shape.dims());
        dims.remove(axis);
        return new Shape(dims);
    }

    private static Tensor gemm(Call c) {
        c.require(c.in(0).rank() == 2 && c.in(1).rank() == 2, "needs two matrices");
        Tensor y = c.x(0).apply(new MatMul(c.flag("transA", false), c.flag("transB", false)), c.x(1));
        double alpha = c.real("alpha", 1);
        double beta = c.real("beta", 1);
        if (alpha != 1) y = y.mul(alpha);
        if (!c.has(2) || beta == 0) return y;
        Tensor bias = beta == 1 ? c.x(2) : c.x(2).mul(beta);
        c.require(Shape.broadcast(bias.shape(), y.shape()).equals(y.shape()), "the third input does not stretch to " + y.shape());
        return y.add(bias);
    }
}
