package dev.gatun.simd.attention;

/**
 * Sizes of a multi-head attention, {@code softmax(scale * Q K^T) V} for each of {@code batch * heads}.
 *
 * @param batch independent sequences
 * @param heads heads of each, of Q, O and their gradients
 * @param keyHeads heads of K, V and their gradients, a divisor of the heads; head h uses key head
 *     {@code h / (heads / keyHeads)}
 * @param queries rows of Q, O and their gradients
 * @param keys rows of K, V and their gradients
 * @param headDim length of a row
 * @param causal whether query i sees only keys 0 to {@code i + keys - queries} (inclusive), so that the last query sees
 *     all keys; then there must be at least as many keys as queries
 * @param scale what scores are multiplied with, usually 1 / sqrt(headDim)
 */
public record AttentionShape(
        int batch, int heads, int keyHeads, int queries, int keys, int headDim, boolean causal, float scale) {
    /** As many heads of keys as of queries. */
    public AttentionShape(int batch, int heads, int queries, int keys, int headDim, boolean causal, float scale) {
        this(batch, heads, heads, queries, keys, headDim, causal, scale);
    }

    /** @throws IllegalArgumentException when a size is not positive, or causal queries outnumber the keys */
    public AttentionShape {
        if (batch < 1 || heads < 1 || queries < 1 || keys < 1 || headDim < 1) {
            throw new IllegalArgumentException("Attention: sizes must be positive, not batch=" + batch + " heads="
                    + heads + " queries=" + queries + " keys=" + keys + " headDim=" + headDim);
        }
        if (keyHeads < 1 || heads % keyHeads != 0) {
            throw new IllegalArgumentException("Attention: keyHeads must divide heads, not keyHeads=" + keyHeads
                    + " heads=" + heads);
        }
        if (causal && keys < queries) {
            throw new IllegalArgumentException("Attention: causal, the first of " + queries
                    + " queries would see none of " + keys + " keys; give at least as many keys");
        }
        Math.multiplyExact(batch, heads);
    }

    /** How many heads of queries share a head of keys. */
    int group() {
        return heads / keyHeads;
    }

    /** How many keys query i sees. */
    int visible(int query) {
        return causal ? query + 1 + keys - queries : keys;
    }
}
