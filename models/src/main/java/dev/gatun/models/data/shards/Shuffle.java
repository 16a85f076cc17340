package dev.gatun.models.data.shards;

import dev.gatun.graph.ops.Philox;

/**
 * A random order of {@code 0..n-1} that needs no memory: a Feistel network of four rounds over the next power of four,
 * walked until it falls below n (Black and Rogaway, "Ciphers with arbitrary finite domains", 2002).
 */
final class Shuffle {
    private static final int ROUNDS = 4;

    private Shuffle() {}

    /**
     * What stands at a place.
     *
     * @param index place, below n
     * @param seed of the order
     * @param stream tells apart orders under one seed
     */
    static long at(long index, long n, long seed, int stream) {
        int half = Math.max(1, Math.ceilDiv(Long.SIZE - Long.numberOfLeadingZeros(n - 1), 2));
        long mask = (1L << half) - 1;
        long x = index;
        do {
            long left = x >>> half;
            long right = x & mask;
            for (int round = 0; round < ROUNDS; round++) {
                long mixed = Philox.word((int) right, (int) (right >>> 32), stream, round, (int) seed, (int) (seed >>> 32), 0);
                long next = left ^ mixed & mask;
                left = right;
                right = next;
            }
            x = left << half | right;
        } while (x >= n);
        return x;
    }
}
