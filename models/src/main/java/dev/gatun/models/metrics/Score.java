package dev.gatun.models.metrics;

/**
 * How well a class is found. A figure whose denominator is 0 counts as 0.
 *
 * @param precision share of the examples taken for the class that are of it
 * @param recall share of the examples of the class that were taken for it
 * @param f1 harmonic mean of both
 * @param support examples of the class
 */
public record Score(double precision, double recall, double f1, long support) {
    /**
     * From counts.
     *
     * @param hits examples of the class taken for it
     * @param predicted examples taken for it
     * @param support examples of it
     */
    static Score of(long hits, long predicted, long support) {
        return new Score(ratio(hits, predicted), ratio(hits, support), ratio(2 * hits, predicted + support), support);
    }

    private static double ratio(long part, long whole) {
        return whole == 0 ? 0 : (double) part / whole;
    }
}
