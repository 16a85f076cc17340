package dev.gatun.models.search;

import java.util.List;
import java.util.Optional;

/** Says what to try next. The same number and history give the same proposal. */
public interface Sampler {
    /**
     * The next point.
     *
     * @param space to choose from
     * @param number of the trial, from 0
     * @param history earlier proposals, by number
     * @return empty when all points have been tried
     */
    Optional<Point> propose(SearchSpace space, int number, List<Tried> history);

    /**
     * Checks that it can sample from a space.
     *
     * @throws IllegalArgumentException naming the dimension that it cannot sample from
     */
    default void check(SearchSpace space) {}
}
