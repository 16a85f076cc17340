package dev.gatun.models.metrics;

import java.util.Objects;

/** Share of examples whose class is among the {@code k} with the highest scores. Not for use by several threads at a time. */
public final class TopK {
    private final int k;
    private long hits;
    private long total;

    /** Counts nothing yet. */
    public TopK(int k) {
        if (k < 1) throw new IllegalArgumentException("top-k needs a k of at least 1, got " + k);
        this.k = k;
    }

    /** How many classes count. */
    public int k() {
        return k;
    }

    /**
     * Counts an example.
     *
     * @param scores of all examples of a batch
     * @param from where the example's scores start
     * @param classes how many there are; of equal scores, the one of the lower class ranks first
     * @param label the example's class
     */
    public void add(float[] scores, int from, int classes, int label) {
        Objects.checkFromIndexSize(from, classes, scores.length);
        float own = scores[from + Objects.checkIndex(label, classes)];
        int rank = 0;
        for (int c = 0; c < classes; c++) {
            float s = scores[from + c];
            if (s > own || s == own && c < label) rank++;
        }
        if (rank < k && !Float.isNaN(own)) hits++;
        total++;
    }

    /** Takes in all that another stream saw. */
    void merge(TopK other) {
        if (other.k != k) throw new IllegalArgumentException("top-" + other.k + " cannot be added to top-" + k);
        hits += other.hits;
        total += other.total;
    }

    /** The share; NaN without examples. */
    public double accuracy() {
        return (double) hits / total;
    }
}
