package dev.gatun.models.search;

import java.util.Comparator;
import java.util.List;

/**
 * Successive halving (Jamieson and Talwalkar, "Non-stochastic best arm identification and hyperparameter optimization",
 * 2016): all trials get a small share of a full trial; the best of them, one in {@code eta}, go on to {@code eta} times
 * that share, and so on. Rungs are synchronous: a rung is decided when all its trials are measured, so that the decision
 * depends neither on how many run at a time nor on which is done first.
 *
 * @param eta one in how many goes on
 * @param rungs number of shares; 1 runs every trial in full
 */
public record Halving(int eta, int rungs) {
    /** One in how many goes on, unless something else is asked for. */
    public static final int ETA = 3;
    /** Every trial in full. */
    public static final Halving NONE = new Halving(ETA, 1);

    private static final int MOST_RUNGS = 16;

    /** Checks the numbers. */
    public Halving {
        if (eta < 2) throw new IllegalArgumentException("one trial in 2 or more goes on, got " + eta);
        if (rungs < 1 || rungs > MOST_RUNGS) throw new IllegalArgumentException("there are 1 to " + MOST_RUNGS + " rungs, got " + rungs);
    }

    /** With as many rungs as leave one trial, or a few, for the last. */
    public static Halving of(int trials, int eta) {
        int rungs = 1;
        for (long n = eta; n <= trials && rungs < MOST_RUNGS; n *= eta) rungs++;
        return new Halving(eta, rungs);
    }

    /** Part of a full trial after which a rung, from 0, measures. */
    public double share(int rung) {
        return Math.pow(eta, rung - (rungs - 1));
    }

    /** Trials that come to a rung, of all those that started. */
    int size(int trials, int rung) {
        return Math.max(1, (int) (trials / Math.pow(eta, rung)));
    }

    /**
     * Trials that come to a rung; all before it must be decided.
     *
     * @param trials all that there are
     */
    List<Trial> members(List<Trial> trials, int rung, Goal goal) {
        List<Trial> members = trials;
        for (int r = 1; r <= rung; r++) {
            int before = r - 1;
            members = members.stream()
                    .filter(t -> t.measurements().size() > before)
                    .sorted(Comparator.comparingDouble((Trial t) -> goal.cost(t.measurements().get(before).value())).thenComparingInt(Trial::number))
                    .limit(size(trials.size(), r))
                    .toList();
        }
        return members;
    }
}
