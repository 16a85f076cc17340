package dev.gatun.graph.ops;

/**
 * Philox4x32-10, a counter-based random generator (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3",
 * 2011): ten rounds of multiplication turn a 128-bit counter and a 64-bit key into four random words.
 */
public final class Philox {
    private static final int ROUNDS = 10;
    private static final long M0 = 0xD2511F53L;
    private static final long M1 = 0xCD9E8D57L;
    private static final int W0 = 0x9E3779B9;
    private static final int W1 = 0xBB67AE85;

    private Philox() {}

    /**
     * Word {@code word} (0 to 3) of the block at counter {@code (c0, c1, c2, c3)} under key {@code (k0, k1)}.
     */
    public static int word(int c0, int c1, int c2, int c3, int k0, int k1, int word) {
        for (int round = 0; round < ROUNDS; round++) {
            long p0 = M0 * (c0 & 0xFFFFFFFFL);
            long p1 = M1 * (c2 & 0xFFFFFFFFL);
            int n0 = (int) (p1 >>> 32) ^ c1 ^ k0;
            int n2 = (int) (p0 >>> 32) ^ c3 ^ k1;
            c0 = n0;
            c1 = (int) p1;
            c2 = n2;
            c3 = (int) p0;
            k0 += W0;
            k1 += W1;
        }
        return switch (word) {
            case 0 -> c0;
            case 1 -> c1;
            case 2 -> c2;
            default -> c3;
        };
    }

    /**
     * Number {@code index} of a stream, uniform in [0,1) with 24 random bits.
     *
     * @param seedLo lower word of the seed
     * @param seedHi upper word of the seed
     * @param stream tells apart sequences under one seed
     * @param index position in the sequence
     */
    public static float uniform(int seedLo, int seedHi, int stream, long index) {
        long block = index >>> 2;
        int bits = word((int) block, (int) (block >>> 32), stream, 0, seedLo, seedHi, (int) (index & 3));
        return (bits >>> 8) * 0x1p-24f;
    }

    /** Number {@code index} of a stream of standard normal numbers, by the Box-Muller transform. */
    public static float normal(int seedLo, int seedHi, int stream, long index) {
        double u = 1.0 - uniform(seedLo, seedHi, stream, 2 * index); // (0,1]
        double v = uniform(seedLo, seedHi, stream, 2 * index + 1);
        return (float) (Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v));
    }
}
