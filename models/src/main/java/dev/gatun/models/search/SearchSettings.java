package dev.gatun.models.search;

/**
 * What is searched, and how.
 *
 * @param space to search
 * @param sampler proposes points
 * @param goal what is better
 * @param trials at most
 * @param halving when trials stop early
 */
public record SearchSettings(SearchSpace space, Sampler sampler, Goal goal, int trials, Halving halving) {
    /** Checks that they go together. */
    public SearchSettings {
        if (trials < 1) throw new IllegalArgumentException("a search has at least 1 trial, got " + trials);
        sampler.check(space);
        if (trials < Math.pow(halving.eta(), halving.rungs() - 1)) {
            throw new IllegalArgumentException(halving.rungs() + " rungs where one trial in " + halving.eta() + " goes on need "
                    + (long) Math.pow(halving.eta(), halving.rungs() - 1) + " trials, got " + trials);
        }
    }

    /** Every trial in full. */
    public SearchSettings(SearchSpace space, Sampler sampler, Goal goal, int trials) {
        this(space, sampler, goal, trials, Halving.NONE);
    }

    /** What must stay the same for a search to go on; the number of trials may change unless rungs depend on it. */
    String identity() {
        return space + " " + sampler + " " + goal + " " + halving + (halving.rungs() > 1 ? " " + trials : "");
    }
}
