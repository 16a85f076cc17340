package dev.gatun.models.metrics;

import java.util.List;

/** All that is measured of a classifier, batch by batch. Not for use by several threads at a time. */
public final class Classification {
    private static final int TOP = 5;

    private final List<String> names;
    private final ConfusionMatrix matrix;
    private final TopK top;
    private double loss;

    /**
     * Nothing measured yet.
     *
     * @param names of the classes
     */
    public Classification(List<String> names) {
        this.names = List.copyOf(names);
        matrix = new ConfusionMatrix(names.size());
        top = new TopK(Math.min(TOP, names.size()));
    }

    /**
     * Measures a batch.
     *
     * @param logits {@code [rows or more, classes]}
     * @param labels class of each row
     * @param rows that count
     */
    public void add(float[] logits, int[] labels, int rows) {
        int classes = matrix.classes();
        if ((long) rows * classes > logits.length || rows > labels.length) {
            throw new IllegalArgumentException(rows + " rows of " + classes + " classes do not fit into " + logits.length + " scores and "
                    + labels.length + " labels");
        }
        for (int row = 0; row < rows; row++) {
            int from = row * classes;
            matrix.add(labels[row], best(logits, from, classes));
            top.add(logits, from, classes, labels[row]);
            loss += surprise(logits, from, classes, labels[row]);
        }
    }

    /** The class with the highest score, the first of them when there are several. */
    static int best(float[] scores, int from, int classes) {
        int best = 0;
        for (int c = 1; c < classes; c++) if (scores[from + c] > scores[from + best] || Float.isNaN(scores[from + best])) best = c;
        return best;
    }

    /** {@code -log(softmax(scores)[label])}. */
    private static double surprise(float[] scores, int from, int classes, int label) {
        double most = scores[from + best(scores, from, classes)];
        double sum = 0;
        for (int c = 0; c < classes; c++) sum += Math.exp(scores[from + c] - most);
        return Math.log(sum) + most - scores[from + label];
    }

    /** What was measured so far. */
    public ClassificationReport report() {
        return new ClassificationReport(names, matrix, matrix.total() == 0 ? Double.NaN : loss / matrix.total(), top.k(), top.accuracy());
    }
}
