package dev.gatun.graph.ops;

import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import java.util.List;

/**
 * Causal attention of new queries over keys and values kept from before. Operands: q {@code [n, time, heads, d]}, keys and
 * values {@code [slots, rows, keyHeads, d]}, slots i32 {@code [n]} and positions i32 {@code [n]}. Query {@code t} of
 * sequence {@code i} stands at row {@code position[i] + t} of slot {@code slot[i]} and sees the rows up to and with its
 * own, so work grows with the position and not with the cache. Result: like q.
 *
 * <p>Query heads that share a key head are neighbours (grouped-query attention; Ainslie et al., 2023). Slots must lie in
 * {@code 0..slots-1}, positions in {@code 0..rows-time}.
 */
public record CachedAttention() implements Composite {
    /** The attention output. */
    public static Tensor of(Tensor q, Tensor keys, Tensor values, Tensor slot, Tensor position) {
        return q.apply(new CachedAttention(), keys, values, slot, position);
    }

    @Override
    public List<TensorType> infer(List<TensorType> operands) {
        Rules.count(operands, 5);
        TensorType q = Rules.floating(operands.get(0));
        TensorType k = operands.get(1);
        Rules.require(k.equals(operands.get(2)), "keys and values differ in type");
        Rules.require(q.rank() == 4 && k.rank() == 4, "needs [n, time, heads, width] and [slots, rows, keyHeads, width]");
        Rules.require(q.dtype() == k.dtype() && q.dim(3) == k.dim(3), "queries and keys differ in type or width");
        Rules.require(q.dim(2) % k.dim(2) == 0, "the number of key heads must divide that of query heads");
        Rules.require(q.dim(1) <= k.dim(1), "more queries than the cache has rows");
        StoreRows.index(operands.get(3), q.dim(0), "slots");
        StoreRows.index(operands.get(4), q.dim(0), "positions");
        return List.of(q);
    }

    @Override
    public List<Tensor> expand(List<Tensor> operands) {
        Tensor q = operands.get(0);
        Tensor slot = operands.get(3);
        int n = q.shape().dim(0);
        Tensor k = Attention.grouped(operands.get(1).gather(slot), q); // (N,S,H,D)
        Tensor v = Attention.grouped(operands.get(2).gather(slot), q);
        Tensor s = Attention.heads(q).apply(new MatMul(false, true), Attention.heads(k)).cast(DType.F32).mul(1 / Math.sqrt(q.shape().last())); // (N,H,T,S)
        Tensor row = operands.get(4).reshape(n, 1, 1, 1).broadcast(s.shape()).add(Tensor.iota(s.shape(), 2));
        Tensor hidden = row.less(Tensor.iota(s.shape(), 3));
        Tensor p = Softmax.of(Tensor.select(hidden, Tensor.full(DType.F32, s.shape(), Double.NEGATIVE_INFINITY), s));
        return List.of(Attention.heads(p.cast(q.dtype()).apply(new MatMul(false, false), Attention.heads(v))));
    }
}
