package dev.gatun.graph.ops;

import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.Shape;
import dev.gatun.graph.types.TensorType;
import java.util.List;

/**
 * {@link Attention} in which every query sees the keys that a mask shows, of sequences filled up to one length for
 * example. Operands: q {@code [batch, queries, heads, d]}, k and v {@code [batch, keys, keyHeads, d]}, mask i32
 * {@code [batch, keys]}, 0 for a key that is hidden. A sequence that is hidden as a whole is seen as if its keys were
 * all alike.
 */
public record MaskedAttention() implements Composite {
    /** What hidden scores are: so low that nothing is left of them, and finite, so that rows of them have a softmax. */
    private static final double HIDDEN = -1e30;

    /** The attention output. */
    public static Tensor of(Tensor q, Tensor k, Tensor v, Tensor mask) {
        return q.apply(new MaskedAttention(), k, v, mask);
    }

    @Override
    public List<TensorType> infer(List<TensorType> operands) {
        Rules.count(operands, 4);
        TensorType q = new Attention(false).infer(operands.subList(0, 3)).getFirst();
        TensorType k = operands.get(1);
        Rules.dtype(operands.get(3), DType.I32, "mask");
        Rules.require(operands.get(3).shape().equals(Shape.of(k.dim(0), k.dim(1))), "the mask must be [batch, keys]");
        return List.of(q);
    }

    @Override
    public List<Tensor> expand(List<Tensor> operands) {
        Tensor q = operands.get(0);
        Tensor scores = Attention.scores(q, operands.get(1), false); // (B,H,T,S) f32
        Tensor mask = operands.get(3);
        Tensor hidden = mask.equal(mask.zero()).reshape(mask.shape().dim(0), 1, 1, mask.shape().dim(1));
        Tensor seen = Tensor.select(hidden, Tensor.full(DType.F32, scores.shape(), HIDDEN), scores);
        Tensor p = Softmax.of(seen).cast(q.dtype());
        Tensor v = Attention.heads(Attention.grouped(operands.get(2), q)); // (B,H,S,D)
        return List.of(Attention.heads(p.apply(new MatMul(false, false), v)));
    }
}
