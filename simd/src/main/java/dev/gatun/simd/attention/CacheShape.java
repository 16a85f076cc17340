package dev.gatun.simd.attention;

/**
 * Sizes of an attention over a key and value cache.
 *
 * @param n sequences with new queries
 * @param time new queries of each
 * @param heads heads of the queries
 * @param keyHeads heads of keys and values; a divisor of the heads, neighbours share one
 * @param headDim length of a row of a head
 * @param slots sequences that the cache holds
 * @param rows rows of each
 */
public record CacheShape(int n, int time, int heads, int keyHeads, int headDim, int slots, int rows) {
    /** @throws IllegalArgumentException when a size is not positive, or sizes do not fit each other */
    public CacheShape {
        if (n < 1 || time < 1 || heads < 1 || keyHeads < 1 || headDim < 1 || slots < 1 || rows < 1) {
            throw new IllegalArgumentException("Attention: sizes must be positive, not n=" + n + " time=" + time + " heads=" + heads
                    + " keyHeads=" + keyHeads + " headDim=" + headDim + " slots=" + slots + " rows=" + rows);
        }
        if (heads % keyHeads != 0) {
            throw new IllegalArgumentException("Attention: " + keyHeads + " key heads must divide " + heads + " heads");
        }
        if (time > rows) throw new IllegalArgumentException("Attention: " + time + " queries do not fit into " + rows + " rows");
    }
}
