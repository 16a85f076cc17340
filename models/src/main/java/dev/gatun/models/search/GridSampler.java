package dev.gatun.models.search;

import java.util.List;
import java.util.Optional;

/** All combinations, one after the other; the last setting changes the fastest. */
public record GridSampler() implements Sampler {
    @Override
    public Optional<Point> propose(SearchSpace space, int number, List<Tried> history) {
        check(space);
        return number < space.combinations().orElse(Long.MAX_VALUE) ? Optional.of(space.point(number)) : Optional.empty();
    }

    @Override
    public void check(SearchSpace space) {
        for (Dimension d : space.dimensions()) {
            if (d.count().isEmpty()) throw new IllegalArgumentException("a grid needs steps in " + d.name() + ", which has no end of values");
        }
    }
}
