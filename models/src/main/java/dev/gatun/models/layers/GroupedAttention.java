package dev.gatun.models.layers;

import dev.gatun.graph.ops.Tensor;

/**
 * Causal self-attention with rotary positions, in which several heads of queries share one head of keys and values
 * (Ainslie et al., 2023), without biases: {@code [batch, time, width]} to the same.
 *
 * @param query {@code [width, heads x headWidth]}
 * @param key {@code [width, keyHeads x headWidth]}
 * @param value like key
 * @param projection of the heads' joined outputs, {@code [heads x headWidth, width]}
 * @param heads number of heads of queries
 * @param keyHeads number of heads of keys and values, a divisor of the heads
 * @param rotaryBase wavelength base of the positions
 */
public record GroupedAttention(
        Linear query, Linear key, Linear value, Linear projection, int heads, int keyHeads, double rotaryBase) {
    public GroupedAttention {
        int joined = query.weight().type().dim(1);
        if (heads < 1 || keyHeads < 1 || heads % keyHeads != 0 || joined % heads != 0) {
            throw new IllegalArgumentException("key heads " + keyHeads + " must divide heads " + heads
                    + ", which must divide the queries' width " + joined);
        }
        if (key.weight().type().dim(1) != joined / heads * keyHeads) {
            throw new IllegalArgumentException("keys must be " + joined / heads * keyHeads + " wide, got " + key.weight().type());
        }
    }

    /** A layer whose projection starts with numbers of its own, as residual branches do. */
    public static GroupedAttention of(int width, int heads, int keyHeads, int headWidth, double rotaryBase,
            Initializer weights, Initializer residual) {
        return new GroupedAttention(
                Linear.withoutBias(width, heads * headWidth, weights),
                Linear.withoutBias(width, keyHeads * headWidth, weights),
                Linear.withoutBias(width, keyHeads * headWidth, weights),
                Linear.withoutBias(heads * headWidth, width, residual),
                heads, keyHeads, rotaryBase);
    }

    public Tensor apply(Tensor x) {
        Tensor q = KeyValueCache.rotary(heads(query.apply(x), heads), rotaryBase); // (B,T,H,D)
        Tensor k = KeyValueCache.rotary(heads(key.apply(x), keyHeads), rotaryBase); // (B,T,K,D)
        Tensor y = KeyValueCache.attention(q, k, heads(value.apply(x), keyHeads));
        return projection.apply(y.reshape(x.shape().dim(0), x.shape().dim(1), query.weight().type().dim(1)));
    }

    /** {@code (B,T,heads x D) -> (B,T,heads,D)}. */
    private static Tensor heads(Tensor x, int heads) {
        return x.reshape(x.shape().dim(0), x.shape().dim(1), heads, x.shape().last() / heads);
    }
}
