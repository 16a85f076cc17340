package dev.gatun.models.search;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The tree-structured Parzen estimator (Bergstra, Bardenet, Bengio and Kegl, "Algorithms for hyper-parameter
 * optimization", 2011): one density l over the good trials and one, g, over the rest; of some points drawn from l, the one
 * with the largest l/g has the largest expected improvement. The densities take all dimensions at once, as in Falkner,
 * Klein and Hutter, "BOHB", 2018. A failed trial is a bad one, and so is one under way, which keeps trials at the same
 * time apart.
 *
 * @param seed same seed and history, same proposal
 * @param startup trials at random before the densities say anything
 */
public record TpeSampler(long seed, int startup) implements Sampler {
    /** Trials at random, unless something else is asked for. */
    public static final int STARTUP = 10;

    private static final double GOOD = 0.15;
    private static final int MOST_GOOD = 25;
    private static final int CANDIDATES = 32;

    /** Checks the number. */
    public TpeSampler {
        if (startup < 1) throw new IllegalArgumentException("at least 1 trial at random comes first, got " + startup);
    }

    /** With the usual start. */
    public TpeSampler(long seed) {
        this(seed, STARTUP);
    }

    @Override
    public Optional<Point> propose(SearchSpace space, int number, List<Tried> history) {
        Chance chance = new Chance(seed, number);
        List<Tried> measured = history.stream().filter(t -> Double.isFinite(t.cost())).sorted(Comparator.comparingDouble(Tried::cost)).toList();
        if (number < startup || measured.size() < 2) return RandomSampler.unseen(space, chance, history);
        int good = Math.min(MOST_GOOD, (int) Math.ceil(GOOD * measured.size()));
        List<double[]> best = new ArrayList<>();
        List<double[]> rest = new ArrayList<>();
        for (int i = 0; i < measured.size(); i++) (i < good ? best : rest).add(space.positions(measured.get(i).point()));
        history.stream().filter(t -> !Double.isFinite(t.cost())).forEach(t -> rest.add(space.positions(t.point())));
        Point p = likeliest(space, chance, new Parzen(space, best), new Parzen(space, rest), history);
        return p != null ? Optional.of(p) : RandomSampler.unseen(space, chance, history);
    }

    /** Of the candidates that are new, the one that is the likeliest good; {@code null} when none is new. */
    private static Point likeliest(SearchSpace space, Chance chance, Parzen good, Parzen bad, List<Tried> history) {
        Set<Point> seen = new HashSet<>();
        history.forEach(t -> seen.add(t.point()));
        Point best = null;
        double most = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < CANDIDATES; i++) {
            Point p = space.at(good.draw(chance));
            double[] x = space.positions(p); // where the value stands, not where it was drawn
            double gain = good.logDensity(x) - bad.logDensity(x);
            if (gain > most && !seen.contains(p)) {
                most = gain;
                best = p;
            }
        }
        return best;
    }
}
