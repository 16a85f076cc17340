package dev.gatun.models.search;

import dev.gatun.graph.ops.Philox;

/** Random numbers that depend on seed and stream alone. Not for use by several threads. */
final class Chance {
    private static final int DOMAIN = 0x5EA4C4;

    private final long seed;
    private final int stream;
    private int drawn;

    Chance(long seed, int stream) {
        this.seed = seed;
        this.stream = stream;
    }

    private int word() {
        int i = drawn++;
        return Philox.word(i >>> 2, 0, stream, DOMAIN, (int) seed, (int) (seed >>> 32), i & 3);
    }

    /** A number in [0,1) with 53 random bits. */
    double uniform() {
        return ((long) (word() >>> 5) << 26 | word() >>> 6) * 0x1p-53;
    }

    /** A number of the standard normal distribution (Box and Muller, 1958). */
    double gaussian() {
        double radius = StrictMath.sqrt(-2 * StrictMath.log(1 - uniform()));
        return radius * StrictMath.cos(2 * Math.PI * uniform());
    }

    /** A number below n. */
    int below(int n) {
        return (int) (uniform() * n);
    }
}
