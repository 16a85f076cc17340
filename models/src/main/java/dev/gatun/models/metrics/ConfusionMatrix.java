package dev.gatun.models.metrics;

import java.util.Objects;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** How often examples of each class were taken for each class. Not for use by several threads at a time. */
public final class ConfusionMatrix {
    private static final int MOST = 1 << 14;

    private final int classes;
    private final long[] counts; // (class, predicted)

    /** A matrix of zeros. */
    public ConfusionMatrix(int classes) {
        if (classes < 1 || classes > MOST) {
            throw new IllegalArgumentException("a confusion matrix has 1 to " + MOST + " classes, got " + classes);
        }
        this.classes = classes;
        counts = new long[classes * classes];
    }

    /**
     * Counts an example.
     *
     * @param label its class
     * @param predicted what it was taken for
     */
    public void add(int label, int predicted) {
        add(label, predicted, 1);
    }

    /** Counts several examples alike. */
    public void add(int label, int predicted, long examples) {
        if (examples < 0) throw new IllegalArgumentException("a number of examples must not be negative, got " + examples);
        Objects.checkIndex(label, classes);
        Objects.checkIndex(predicted, classes);
        counts[label * classes + predicted] = Math.addExact(counts[label * classes + predicted], examples);
    }

    /** Takes in all that another matrix counted. */
    public void merge(ConfusionMatrix other) {
        if (other.classes != classes) throw new IllegalArgumentException(other.classes + " classes cannot be added to " + classes);
        for (int i = 0; i < counts.length; i++) counts[i] += other.counts[i];
    }

    /** Number of classes. */
    public int classes() {
        return classes;
    }

    /** Examples of a class that were taken for a class. */
    public long count(int label, int predicted) {
        return counts[Objects.checkIndex(label, classes) * classes + Objects.checkIndex(predicted, classes)];
    }

    /** Examples of a class. */
    public long support(int label) {
        return IntStream.range(0, classes).mapToLong(p -> count(label, p)).sum();
    }

    /** Examples taken for a class. */
    public long predicted(int predicted) {
        return IntStream.range(0, classes).mapToLong(l -> count(l, predicted)).sum();
    }

    /** Examples counted. */
    public long total() {
        return LongStream.of(counts).sum();
    }

    /** Examples whose class was found. */
    public long correct() {
        return IntStream.range(0, classes).mapToLong(c -> count(c, c)).sum();
    }

    /** Share of the examples whose class was found; NaN without examples. */
    public double accuracy() {
        return (double) correct() / total();
    }

    /** Figures of one class. */
    public Score score(int label) {
        return Score.of(count(label, label), predicted(label), support(label));
    }

    /** Mean of the figures of all classes that occur, as label or as prediction; each class weighs the same. */
    public Score macro() {
        Score[] scores = IntStream.range(0, classes).filter(c -> support(c) + predicted(c) > 0).mapToObj(this::score).toArray(Score[]::new);
        return new Score(mean(scores, Score::precision), mean(scores, Score::recall), mean(scores, Score::f1), total());
    }

    private static double mean(Score[] scores, ToDoubleFunction<Score> figure) {
        double sum = 0;
        for (Score s : scores) sum += figure.applyAsDouble(s);
        return sum / scores.length;
    }

    /** Figures of all decisions taken together; where every example has one class, all three are the accuracy. */
    public Score micro() {
        return Score.of(correct(), total(), total());
    }
}
