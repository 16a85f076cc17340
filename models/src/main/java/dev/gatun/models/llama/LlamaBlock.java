package dev.gatun.models.llama;

import dev.gatun.graph.ops.Tensor;
import dev.gatun.models.layers.GatedMlp;
import dev.gatun.models.layers.GroupedAttention;
import dev.gatun.models.layers.RmsNorm;

/**
 * A pre-norm block, {@code x + attention(norm(x))}, then {@code x + mlp(norm(x))}: {@code [batch, time, width]} to the
 * same.
 */
public record LlamaBlock(RmsNorm attentionNorm, GroupedAttention attention, RmsNorm mlpNorm, GatedMlp mlp) {
    public Tensor apply(Tensor x) {
        Tensor y = x.add(attention.apply(attentionNorm.apply(x)));
        return y.add(mlp.apply(mlpNorm.apply(y)));
    }
}
