package dev.gatun.models.metrics;

import java.util.Arrays;

/**
 * Area under the ROC curve of scores that tell two classes apart: the share of pairs of a positive and a negative example
 * in which the positive one has the higher score, equal scores counting half (Mann and Whitney, 1947; Hanley and McNeil,
 * 1982),
 *
 * <pre>AUC = (#{(p,n): s(p) > s(n)} + #{(p,n): s(p) = s(n)} / 2) / (P N)</pre>
 *
 * It is exact, and therefore keeps every score: 4 bytes an example. {@link #value} sorts them. Not for use by several
 * threads at a time.
 */
public final class RocAuc {
    private final Scores positive = new Scores();
    private final Scores negative = new Scores();

    /** Nothing measured yet. */
    public RocAuc() {}

    /** Floats in an array that grows. */
    private static final class Scores {
        private float[] values = new float[16];
        private int size;

        void add(float x) {
            room(1);
            values[size++] = x;
        }

        void add(Scores other) {
            int more = other.size;
            room(more);
            System.arraycopy(other.values, 0, values, size, more);
            size += more;
        }

        private void room(int more) {
            int needed = Math.addExact(size, more);
            if (needed > values.length) values = Arrays.copyOf(values, Math.clamp(2L * values.length, needed, Integer.MAX_VALUE - 8));
        }

        float[] sorted() {
            float[] copy = Arrays.copyOf(values, size);
            Arrays.sort(copy); // NaN last
            return copy;
        }
    }

    /**
     * Takes in an example.
     *
     * @param score the higher, the more it looks positive
     * @param isPositive whether it is
     */
    public void add(float score, boolean isPositive) {
        (isPositive ? positive : negative).add(score);
    }

    /** Takes in all that another stream saw. */
    public void merge(RocAuc other) {
        positive.add(other.positive);
        negative.add(other.negative);
    }

    /** The area, 0 to 1; NaN when there is no positive or no negative example, or when a score is NaN. */
    public double value() {
        float[] p = positive.sorted();
        float[] n = negative.sorted();
        if (p.length == 0 || n.length == 0 || Float.isNaN(p[p.length - 1]) || Float.isNaN(n[n.length - 1])) return Double.NaN;
        long halves = 0; // twice the pairs won, plus those that are equal: a whole number
        int below = 0;
        int notAbove = 0;
        for (float score : p) {
            while (below < n.length && n[below] < score) below++;
            while (notAbove < n.length && n[notAbove] <= score) notAbove++;
            halves += below + notAbove;
        }
        return halves / 2.0 / p.length / n.length;
    }
}
