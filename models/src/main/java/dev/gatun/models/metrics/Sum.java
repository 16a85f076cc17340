package dev.gatun.models.metrics;

/** A sum whose rounding errors are added up too (Neumaier, 1974): as good as if it had twice the digits. */
final class Sum {
    private double sum;
    private double lost;

    void add(double x) {
        double t = sum + x;
        lost += Math.abs(sum) >= Math.abs(x) ? (sum - t) + x : (x - t) + sum;
        sum = t;
    }

    void add(Sum other) {
        add(other.sum);
        lost += other.lost;
    }

    double value() {
        return sum + lost;
    }
}
