package dev.gatun.models.layers;

import dev.gatun.graph.ops.Tensor;
import java.util.List;

/**
 * Multi-head self-attention (Vaswani et al., 2017): {@code [batch, time, width]} to the same.
 *
 * @param qkv queries, keys and values in one product, {@code [width, 3 width]}
 * @param projection of the heads' joined outputs, {@code [width, width]}
 * @param heads number of heads
 * @param rotary turn queries and keys by their position (Su et al., 2021)
 * @param causal a position sees itself and those before it only
 */
public record Attention(Linear qkv, Linear projection, int heads, boolean rotary, boolean causal) {
    private static final double ROTARY_BASE = 10_000;

    public Attention {
        int width = projection.weight().type().dim(0);
        if (heads < 1 || width % heads != 0) {
            throw new IllegalArgumentException("heads " + heads + " must divide the width " + width);
        }
        if (rotary && width / heads % 2 != 0) {
            throw new IllegalArgumentException("rotary positions need an even width per head, got " + width / heads);
        }
    }

    /** A causal layer whose projection starts with numbers of its own, as residual branches do in GPT-2. */
    public static Attention of(int width, int heads, boolean rotary, Initializer weights, Initializer residual) {
        return new Attention(Linear.of(width, 3 * width, weights), Linear.of(width, width, residual), heads, rotary, true);
    }

    /** A layer in which every position sees all, as in encoders. */
    public static Attention bidirectional(int width, int heads, Initializer weights, Initializer residual) {
        return new Attention(Linear.of(width, 3 * width, weights), Linear.of(width, width, residual), heads, false, false);
    }

    public Tensor apply(Tensor x) {
        List<Tensor> parts = qkv.apply(x).split(2, 3).stream().map(this::heads).toList(); // 3 x (B,T,H,D/H)
        Tensor q = parts.get(0);
        Tensor k = parts.get(1);
        if (rotary) {
            q = KeyValueCache.rotary(q, ROTARY_BASE);
            k = KeyValueCache.rotary(k, ROTARY_BASE);
        }
        Tensor y = causal
                ? KeyValueCache.attention(q, k, parts.get(2))
                : dev.gatun.graph.ops.Attention.of(q, k, parts.get(2), false);
        return projection.apply(y.reshape(x.shape()));
    }

    /** {@code (B,T,D) -> (B,T,H,D/H)}. */
    private Tensor heads(Tensor x) {
        return x.reshape(x.shape().dim(0), x.shape().dim(1), heads, x.shape().dim(2) / heads);
    }
}
