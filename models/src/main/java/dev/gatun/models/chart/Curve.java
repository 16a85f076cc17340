package dev.gatun.models.chart;

/**
 * Points of a curve in bounded memory: when there are too many, neighbours become their mean, and from then on as many
 * values make a point.
 */
public final class Curve {
    private static final int MOST = 1024;
    private static final double SPANS = 50;

    private final double[] x = new double[MOST];
    private final double[] y = new double[MOST];
    private int size;
    private int perPoint = 1;
    private double sumX;
    private double sumY;
    private int pending;

    /** An empty curve. */
    public Curve() {}

    /** Adds a point; x ascends. */
    public void add(double atX, double atY) {
        sumX += atX;
        sumY += atY;
        if (++pending < perPoint) return;
        if (size == MOST) {
            for (int i = 0; i < MOST / 2; i++) {
                x[i] = (x[2 * i] + x[2 * i + 1]) / 2;
                y[i] = (y[2 * i] + y[2 * i + 1]) / 2;
            }
            size = MOST / 2;
            perPoint *= 2;
            return; // the value at hand waits for its neighbour
        }
        x[size] = sumX / pending;
        y[size++] = sumY / pending;
        sumX = 0;
        sumY = 0;
        pending = 0;
    }

    /** Number of points. */
    public int size() {
        return size;
    }

    public double x(int i) {
        return x[java.util.Objects.checkIndex(i, size)];
    }

    public double y(int i) {
        return y[java.util.Objects.checkIndex(i, size)];
    }

    /** The curve smoothed: an exponential mean over about a fiftieth of its points, as if nothing had been before the first. */
    public Curve smoothed() {
        double past = 1 - 2 / (Math.max(1, size / SPANS) + 1.0);
        Curve smooth = new Curve();
        double mean = 0;
        double weight = 0;
        for (int i = 0; i < size; i++) {
            mean = past * mean + (1 - past) * y[i];
            weight = past * weight + (1 - past);
            smooth.add(x[i], mean / weight);
        }
        return smooth;
    }
}
