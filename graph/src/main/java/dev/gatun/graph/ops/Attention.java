package dev.gatun.graph.ops;

import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.Shape;
import dev.gatun.graph.types.TensorType;
import java.util.ArrayList;
import java.util.List;

/**
 * Scaled dot-product attention, {@code softmax(Q K^T / sqrt(d)) V} for each head (Vaswani et al., 2017). Operands q
 * {@code [batch, queries, heads, d]}, k and v {@code [batch, keys, keyHeads, d]}: the layout that a projection leaves, so
 * that no transpose is needed. Where there are fewer key heads than heads, query head {@code h} uses key head
 * {@code h / (heads / keyHeads)} (grouped queries; Ainslie et al., 2023). Results: the output, like q, and {@code log(sum(exp(scores)))} of each row as
 * {@code [batch, heads, queries]}, from which the gradient recomputes the scores (Dao et al., 2022).
 *
 * @param causal query i sees keys 0..i only
 */
public record Attention(boolean causal) implements Composite {
    /** The attention output. */
    public static Tensor of(Tensor q, Tensor k, Tensor v, boolean causal) {
        return q.apply(new Attention(causal), k, v);
    }

    @Override
    public List<TensorType> infer(List<TensorType> operands) {
        Rules.count(operands, 3);
        TensorType q = Rules.floating(operands.get(0));
        TensorType k = operands.get(1);
        Rules.require(q.rank() == 4, "needs [batch, time, heads, width]");
        Rules.require(k.equals(operands.get(2)), "keys and values differ in type");
        boolean alike = q.dtype() == k.dtype() && k.rank() == 4 && q.dim(0) == k.dim(0) && q.dim(3) == k.dim(3);
        Rules.require(alike, "queries and keys differ outside the time axis and the heads");
        Rules.require(k.dim(2) > 0 && q.dim(2) % k.dim(2) == 0, "the number of key heads must divide that of query heads");
        Rules.require(!causal || q.dim(1) == k.dim(1), "causal attention needs as many keys as queries");
        return List.of(q, TensorType.of(DType.F32, q.dim(0), q.dim(2), q.dim(1)));
    }

    @Override
    public List<Tensor> expand(List<Tensor> operands) {
        Tensor q = operands.get(0);
        Tensor scores = scores(q, operands.get(1), causal); // (B,H,T,S) f32
        Tensor lse = LogSoftmax.logSumExp(scores);
        Tensor p = scores.sub(lse).exp().cast(q.dtype());
        Tensor out = p.apply(new MatMul(false, false), heads(grouped(operands.get(2), q))); // (B,H,T,D)
        Shape rows = lse.shape().sub(0, 3);
        return List.of(heads(out), lse.reshape(rows));
    }

    @Override
    public List<Tensor> gradient(Adjoint at) {
        if (at.cotangents().get(1) != null) return at.through(expand(at.operands()));
        List<Tensor> more = new ArrayList<>(at.operands().subList(1, 3));
        more.addAll(at.results());
        more.add(at.cotangent());
        return at.operand(0).applyAll(new AttentionGrad(causal), more.toArray(Tensor[]::new));
    }

    /** {@code (B,T,H,D) <-> (B,H,T,D)}. */
    static Tensor heads(Tensor x) {
        return x.transpose(0, 2, 1, 3);
    }

    /** Key heads once for each query head that uses them: {@code (B,S,K,D) -> (B,S,H,D)}. */
    static Tensor grouped(Tensor keys, Tensor q) {
        Shape k = keys.shape();
        int group = q.shape().dim(2) / k.dim(2);
        if (group == 1) return keys;
        Tensor single = keys.reshape(k.dim(0), k.dim(1), k.dim(2), 1, k.dim(3));
        Tensor repeated = single.broadcast(Shape.of(k.dim(0), k.dim(1), k.dim(2), group, k.dim(3)));
        return repeated.reshape(k.dim(0), k.dim(1), k.dim(2) * group, k.dim(3));
    }

    /** The sum over the query heads that use a key head, which is what {@link #grouped} pulls back to. */
    static Tensor ungrouped(Tensor x, Tensor keys) {
        Shape k = keys.shape();
        int group = x.shape().dim(2) / k.dim(2);
        if (group == 1) return x;
        return x.reshape(k.dim(0), k.dim(1), k.dim(2), group, k.dim(3)).sum(List.of(3)).reshape(k);
    }

    /** Scaled scores {@code (B,T,H,D).(B,S,K,D) -> (B,H,T,S)} in f32, -infinity where masked. */
    static Tensor scores(Tensor q, Tensor k, boolean causal) {
        Tensor s = heads(q).apply(new MatMul(false, true), heads(grouped(k, q))).cast(DType.F32);
        s = s.mul(1 / Math.sqrt(q.shape().last()));
        if (!causal) return s;
        Tensor future = Tensor.iota(s.shape(), 2).less(Tensor.iota(s.shape(), 3));
        return Tensor.select(future, Tensor.full(DType.F32, s.shape(), Double.NEGATIVE_INFINITY), s);
    }
}
