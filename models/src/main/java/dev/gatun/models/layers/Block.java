package dev.gatun.models.layers;

import dev.gatun.graph.ops.Tensor;

/**
 * A pre-norm transformer block, {@code x + attention(norm(x))}, then {@code x + mlp(norm(x))}:
 * {@code [batch, time, width]} to the same.
 */
public record Block(
        LayerNorm attentionNorm, Attention attention, Dropout attentionDropout, LayerNorm mlpNorm, Mlp mlp, Dropout mlpDropout) {

    public Tensor apply(Tensor x) {
        Tensor y = x.add(attentionDropout.apply(attention.apply(attentionNorm.apply(x))));
        return y.add(mlpDropout.apply(mlp.apply(mlpNorm.apply(y))));
    }
}
