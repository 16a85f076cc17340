package dev.gatun.models.bert;

import dev.gatun.graph.ops.Gelu;
import dev.gatun.graph.ops.MaskedAttention;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.models.layers.LayerNorm;
import dev.gatun.models.layers.Linear;

/**
 * A post-norm block, {@code norm(x + attention(x))}, then {@code norm(x + down(gelu(up(x))))}, with the exact GELU:
 * {@code [batch, time, width]} to the same.
 *
 * @param heads attention heads
 */
public record BertBlock(Linear query, Linear key, Linear value, Linear projection, LayerNorm attentionNorm, Linear up, Linear down,
        LayerNorm norm, int heads) {
    /**
     * Applies the block.
     *
     * @param mask i32 {@code [batch, time]}, 0 for places that are filled up
     */
    public Tensor apply(Tensor x, Tensor mask) {
        Tensor mixed = MaskedAttention.of(heads(query.apply(x)), heads(key.apply(x)), heads(value.apply(x)), mask);
        Tensor y = attentionNorm.apply(x.add(projection.apply(mixed.reshape(x.shape()))));
        return norm.apply(y.add(down.apply(up.apply(y).apply(new Gelu(false)))));
    }

    /** {@code (B,T,D) -> (B,T,H,D/H)}. */
    private Tensor heads(Tensor x) {
        return x.reshape(x.shape().dim(0), x.shape().dim(1), heads, x.shape().dim(2) / heads);
    }
}
