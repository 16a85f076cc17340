package dev.gatun.bench;

import org.apache.commons.math3.distribution.TDistribution;

/**
 * How many times as fast the second of two series is.
 *
 * @param ratio of geometric means
 * @param low end of the confidence interval
 * @param high end of the confidence interval
 */
record Speedup(double ratio, double low, double high) {
    /** By Welch's t-test (1947) on logarithms; the interval has no ends where a side has only one sample. */
    static Speedup of(Samples a, Samples b, double confidence) {
        double difference = a.meanLog() - b.meanLog();
        double va = a.varianceOfMean();
        double vb = b.varianceOfMean();
        double spread = va + vb;
        if (Double.isNaN(spread)) return new Speedup(Math.exp(difference), 0, Double.POSITIVE_INFINITY);
        if (spread == 0) return new Speedup(Math.exp(difference), Math.exp(difference), Math.exp(difference));
        double freedom = spread * spread / (va * va / (a.times().size() - 1) + vb * vb / (b.times().size() - 1));
        double t = new TDistribution(freedom).inverseCumulativeProbability(0.5 + confidence / 2);
        double half = t * Math.sqrt(spread);
        return new Speedup(Math.exp(difference), Math.exp(difference - half), Math.exp(difference + half));
    }

    /** Whether the interval lies on one side of 1. */
    String verdict() {
        if (low > 1) return "faster";
        return high < 1 ? "slower" : "no difference seen";
    }
}
