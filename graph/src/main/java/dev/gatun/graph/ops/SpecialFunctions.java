package dev.gatun.graph.ops;

/** Functions that {@link Math} lacks, in double precision. */
public final class SpecialFunctions {
    private SpecialFunctions() {}

    /**
     * The error function to about 1e-15: a Taylor series for {@code |x| < 2.5} and Lentz's continued fraction of
     * erfc beyond (Abramowitz and Stegun, 7.1.5 and 7.1.14).
     */
    public static double erf(double x) {
        double a = Math.abs(x);
        if (Double.isNaN(x)) return x;
        if (a > 6) return Math.signum(x);
        return Math.signum(x) * (a < 2.5 ? series(a) : 1 - fraction(a));
    }

    /** erf = 2/sqrt(pi) * sum of (-1)^n x^(2n+1) / (n! (2n+1)). */
    private static double series(double x) {
        double power = x;
        double sum = x;
        for (int n = 1; n < 100; n++) {
            power *= -x * x / n;
            double term = power / (2 * n + 1);
            sum += term;
            if (Math.abs(term) < 1e-17 * Math.abs(sum)) break;
        }
        return 2 / Math.sqrt(Math.PI) * sum;
    }

    /** erfc = exp(-x*x)/sqrt(pi) * 1/(x + (1/2)/(x + 1/(x + (3/2)/(x + ...)))). */
    private static double fraction(double x) {
        double tail = x;
        for (int k = 60; k >= 1; k--) tail = x + k / 2.0 / tail;
        return Math.exp(-x * x) / Math.sqrt(Math.PI) / tail;
    }
}
