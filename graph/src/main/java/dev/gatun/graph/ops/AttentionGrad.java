package dev.gatun.graph.ops;

import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.Shape;
import dev.gatun.graph.types.TensorType;
import java.util.List;

/**
 * Gradients of {@link Attention}. Operands q, k, v, the output, its log-sum-exp and the output's gradient; results
 * dq, dk, dv. Scores are recomputed, so that no {@code queries x keys} matrix is kept.
 *
 * @param causal as in the forward pass
 */
public record AttentionGrad(boolean causal) implements Composite {
    @Override
    public List<TensorType> infer(List<TensorType> operands) {
        Rules.count(operands, 6);
        List<TensorType> forward = new Attention(causal).infer(operands.subList(0, 3));
        Rules.require(operands.get(3).equals(forward.get(0)), "the output differs from the forward pass");
        Rules.require(operands.get(4).equals(forward.get(1)), "the log-sum-exp differs from the forward pass");
        Rules.require(operands.get(5).equals(forward.get(0)), "the gradient differs from the output's type");
        return operands.subList(0, 3);
    }

    @Override
    public List<Tensor> expand(List<Tensor> operands) {
        Tensor q = operands.get(0);
        Tensor k = operands.get(1);
        Tensor v = Attention.heads(Attention.grouped(operands.get(2), q)); // (B,H,S,D)
        Tensor lse = operands.get(4);
        Tensor g = Attention.heads(operands.get(5)); // (B,H,T,D)
        DType dtype = q.dtype();
        Tensor p = Attention.scores(q, k, causal).sub(lse.reshape(lse.shape().concat(Shape.of(1)))).exp();
        Tensor dv = p.cast(dtype).apply(new MatMul(true, false), g); // (S,T)(T,D)
        Tensor dp = g.apply(new MatMul(false, true), v).cast(DType.F32); // (T,D)(D,S)
        Tensor row = g.mul(Attention.heads(operands.get(3))).cast(DType.F32).sumLast();
        Tensor ds = p.mul(dp.sub(row)).mul(1 / Math.sqrt(q.shape().last())).cast(dtype);
        Tensor dq = ds.apply(new MatMul(false, false), Attention.heads(Attention.grouped(k, q)));
        Tensor dk = ds.apply(new MatMul(true, false), Attention.heads(q));
        return List.of(Attention.heads(dq), Attention.ungrouped(Attention.heads(dk), k), Attention.ungrouped(Attention.heads(dv), k));
    }
}
