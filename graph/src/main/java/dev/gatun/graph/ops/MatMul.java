package dev.gatun.graph.ops;

import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.Shape;
import dev.gatun.graph.types.TensorType;
import java.util.Arrays;
import java.util.List;

/**
 * Matrix product over the last two dimensions, {@code C[b,m,n] = sum over k of A[b,m,k] * B[b,k,n]}; leading
 * dimensions are a batch and agree. Products are summed in f32 whatever the operands' element type.
 *
 * @param transposeA A is stored {@code [b,k,m]}
 * @param transposeB B is stored {@code [b,n,k]}
 * @param widen the result is f32 even for bf16 operands
 */
public record MatMul(boolean transposeA, boolean transposeB, boolean widen) implements Op {
    /** A product whose result has the operands' element type. */
    public MatMul(boolean transposeA, boolean transposeB) {
        this(transposeA, transposeB, false);
    }

    @Override
    public List<TensorType> infer(List<TensorType> operands) {
        Rules.count(operands, 2);
        TensorType a = operands.get(0);
        TensorType b = operands.get(1);
        Rules.floating(a);
        Rules.require(a.dtype() == b.dtype(), "element types differ");
        Rules.require(a.rank() >= 2 && b.rank() >= 2, "needs matrices");
        int rank = a.rank();
        Rules.require(b.rank() == rank && a.shape().sub(0, rank - 2).equals(b.shape().sub(0, rank - 2)),
                "batch dimensions differ");
        int m = a.dim(transposeA ? -1 : -2);
        int k = a.dim(transposeA ? -2 : -1);
        int n = b.dim(transposeB ? -2 : -1);
        Rules.require(k == b.dim(transposeB ? -1 : -2), "inner dimensions differ");
        TensorType result = a.with(a.shape().sub(0, rank - 2).concat(Shape.of(m, n)));
        return List.of(widen ? result.with(DType.F32) : result);
    }

    @Override
    public List<Tensor> gradient(Adjoint at) {
        Tensor g = at.cotangent().cast(at.operand(0).dtype()); // (b,m,n)
        Tensor a = at.operand(0);
        Tensor b = at.operand(1);
        return Arrays.asList(at.wants(0) ? left(g, b) : null, at.wants(1) ? right(g, a) : null);
    }

    /** dA = dC * B^T, or its transpose where A is stored transposed: no transpose is ever made. */
    private Tensor left(Tensor g, Tensor b) {
        return transposeA
                ? b.apply(new MatMul(transposeB, true), g) // (k,n)(n,m)
                : g.apply(new MatMul(false, !transposeB), b); // (m,n)(n,k)
    }

    /** dB = A^T * dC, or its transpose. */
    private Tensor right(Tensor g, Tensor a) {
        return transposeB
                ? g.apply(new MatMul(true, transposeA), a) // (n,m)(m,k)
                : a.apply(new MatMul(!transposeA, false), g); // (k,m)(m,n)
    }
}
