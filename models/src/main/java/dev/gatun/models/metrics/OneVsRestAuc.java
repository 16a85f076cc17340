package dev.gatun.models.metrics;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Area under the ROC curve of each class against all others, and its mean over the classes (macro average; Fawcett, 2006).
 * The score of a class is the logarithm of its odds, {@code s(c) - log sum over k != c of exp s(k)}: it orders examples as
 * the probability does, and does not become 1 where that one rounds to it. Keeps 4 bytes for each class of each example.
 * Not for use by several threads at a time.
 */
public final class OneVsRestAuc {
    private final List<RocAuc> classes;
    private final double[] shares;

    /** Nothing measured yet. */
    public OneVsRestAuc(int classes) {
        if (classes < 2) throw new IllegalArgumentException("one class against the rest needs at least 2 classes, got " + classes);
        this.classes = Stream.generate(RocAuc::new).limit(classes).toList();
        shares = new double[classes];
    }

    /**
     * Takes in an example.
     *
     * @param scores before softmax, of all examples of a batch
     * @param from where the example's scores start
     * @param label the example's class
     */
    public void add(float[] scores, int from, int label) {
        int n = classes.size();
        Objects.checkFromIndexSize(from, n, scores.length);
        Objects.checkIndex(label, n);
        int best = Classification.best(scores, from, n);
        double most = scores[from + best];
        double rest = 0; // of the best class
        for (int c = 0; c < n; c++) {
            shares[c] = Math.exp(scores[from + c] - most);
            if (c != best) rest += shares[c];
        }
        for (int c = 0; c < n; c++) {
            double others = c == best ? rest : rest + 1 - shares[c]; // at least 1, of which the best class has its 1
            classes.get(c).add((float) (scores[from + c] - most - Math.log(others)), c == label);
        }
    }

    /** Takes in all that another stream saw. */
    public void merge(OneVsRestAuc other) {
        if (other.classes.size() != classes.size()) {
            throw new IllegalArgumentException(other.classes.size() + " classes cannot be added to " + classes.size());
        }
        for (int c = 0; c < classes.size(); c++) classes.get(c).merge(other.classes.get(c));
    }

    /** The areas by class; NaN for a class that no example or every example is of. */
    public List<Double> values() {
        return classes.stream().map(RocAuc::value).toList();
    }

    /** The mean of areas, those that are NaN left out; NaN when all are. */
    static double macro(List<Double> areas) {
        return areas.stream().mapToDouble(Double::doubleValue).filter(a -> !Double.isNaN(a)).average().orElse(Double.NaN);
    }
}
