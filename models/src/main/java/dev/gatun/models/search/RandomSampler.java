package dev.gatun.models.search;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Points at random, none twice (Bergstra and Bengio, "Random search for hyper-parameter optimization", 2012).
 *
 * @param seed same seed, same points
 */
public record RandomSampler(long seed) implements Sampler {
    private static final int DRAWS = 64;

    @Override
    public Optional<Point> propose(SearchSpace space, int number, List<Tried> history) {
        return unseen(space, new Chance(seed, number), history);
    }

    /** A point that is not in the history; empty when there is none. */
    static Optional<Point> unseen(SearchSpace space, Chance chance, List<Tried> history) {
        Set<Point> seen = new HashSet<>();
        history.forEach(t -> seen.add(t.point()));
        double[] positions = new double[space.dimensions().size()];
        for (int draw = 0; draw < DRAWS; draw++) {
            for (int i = 0; i < positions.length; i++) positions[i] = chance.uniform();
            Point p = space.at(positions);
            if (!seen.contains(p)) return Optional.of(p);
        }
        OptionalLong all = space.combinations(); // most points were tried, so there are not many
        if (all.isEmpty() || seen.size() >= all.getAsLong()) return Optional.empty();
        long start = (long) (chance.uniform() * all.getAsLong());
        for (long i = 0; i < all.getAsLong(); i++) {
            Point p = space.point((start + i) % all.getAsLong());
            if (!seen.contains(p)) return Optional.of(p);
        }
        return Optional.empty();
    }
}
