package dev.gatun.models.metrics;

import java.util.List;

/**
 * All that is measured of a classifier, batch by batch. The areas under the ROC curves are exact, for which all scores are
 * kept, 4 bytes for each class of each example; beyond {@value #MOST_SCORES} of them the areas are given up. Not for use by
 * several threads at a time.
 */
public final class Classification {
    private static final int TOP = 5;
    private static final int MOST_SCORES = 1 << 26;

    private final List<String> names;
    private final ConfusionMatrix matrix;
    private final TopK top;
    private final Sum loss = new Sum();
    private OneVsRestAuc areas; // null when they are not measured

    /**
     * Nothing measured yet.
     *
     * @param names of the classes
     */
    public Classification(List<String> names) {
        this(names, names.size() > 1);
    }

    /** Nothing measured yet, and no areas under curves to be: this keeps counts only. */
    public static Classification counting(List<String> names) {
        return new Classification(names, false);
    }

    private Classification(List<String> names, boolean ranks) {
        this.names = List.copyOf(names);
        areas = ranks ? new OneVsRestAuc(names.size()) : null;
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
        for (int row = 0; row < rows; row++) add(logits, row * classes, labels[row]);
    }

    /**
     * Measures an example.
     *
     * @param logits of a batch
     * @param from where the example's begin
     * @param label its class
     */
    public void add(float[] logits, int from, int label) {
        int classes = matrix.classes();
        matrix.add(label, best(logits, from, classes));
        top.add(logits, from, classes, label);
        loss.add(surprise(logits, from, classes, label));
        giveUp(matrix.total());
        if (areas != null) areas.add(logits, from, label);
    }

    private void giveUp(long examples) {
        if (examples * matrix.classes() > MOST_SCORES) areas = null;
    }

    /** Takes in all that another stream saw. */
    public void merge(Classification other) {
        matrix.merge(other.matrix);
        top.merge(other.top);
        loss.add(other.loss);
        giveUp(matrix.total());
        if (other.areas == null) areas = null;
        if (areas != null) areas.merge(other.areas);
    }

    /** Share of the examples whose class was found so far; NaN without any. */
    public double accuracy() {
        return matrix.accuracy();
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
        return new ClassificationReport(names, matrix, matrix.total() == 0 ? Double.NaN : loss.value() / matrix.total(), top.k(), top.accuracy(),
                areas == null ? List.of() : areas.values());
    }
}
