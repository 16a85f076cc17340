package dev.gatun.models.data.image;

import dev.gatun.graph.ops.Philox;

/**
 * Random numbers that depend on seed, stream, epoch and subject (an image or a batch) alone: not on the thread that
 * draws them nor on what was drawn for others. Not for use by several threads.
 */
public final class Draws {
    private final int lo;
    private final int hi;
    private final int stream;
    private int epoch;
    private int subject;
    private int drawn;

    /**
     * Draws of a seed.
     *
     * @param stream a number for each purpose, whose draws have nothing to do with those of others
     */
    public Draws(long seed, int stream) {
        this.lo = (int) seed;
        this.hi = (int) (seed >>> 32);
        this.stream = stream;
    }

    /** Goes to the start of a subject's sequence. */
    public Draws at(int epoch, int subject) {
        this.epoch = epoch;
        this.subject = subject;
        drawn = 0;
        return this;
    }

    /** 32 random bits. */
    int word() {
        int i = drawn++;
        return Philox.word(i >>> 2, subject, epoch, stream, lo, hi, i & 3);
    }

    /** A number in [0,1) with 24 random bits. */
    public float uniform() {
        return (word() >>> 8) * 0x1p-24f;
    }

    /** A number between two. */
    public float between(float from, float to) {
        return from + (to - from) * uniform();
    }

    /** A whole number from 0 to {@code bound - 1}. */
    public int below(int bound) {
        if (bound < 1) throw new IllegalArgumentException("a bound is at least 1, got " + bound);
        return (int) ((word() & 0xFFFFFFFFL) * bound >>> 32);
    }

    /** A standard normal number, by the Box-Muller transform. */
    public double normal() {
        double u = 1.0 - uniform(); // (0,1]
        return StrictMath.sqrt(-2 * StrictMath.log(u)) * StrictMath.cos(2 * Math.PI * uniform());
    }

    /** A number of the distribution Beta(a,a), as a ratio of two gamma variates. */
    double beta(double a) {
        double x = gamma(a);
        return x / (x + gamma(a));
    }

    /** Marsaglia and Tsang, "A simple method for generating gamma variables", 2000. */
    private double gamma(double a) {
        if (a < 1) return gamma(a + 1) * StrictMath.pow(1.0 - uniform(), 1 / a);
        double d = a - 1.0 / 3;
        double c = 1 / Math.sqrt(9 * d);
        while (true) {
            double x = normal();
            double v = 1 + c * x;
            if (v <= 0) continue;
            v = v * v * v;
            double u = 1.0 - uniform();
            if (StrictMath.log(u) < 0.5 * x * x + d - d * v + d * StrictMath.log(v)) return d * v;
        }
    }
}
