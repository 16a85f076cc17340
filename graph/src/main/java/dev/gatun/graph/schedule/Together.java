package dev.gatun.graph.schedule;

import java.util.List;

/**
 * Loops of which none writes what another reads or writes: all their tasks may run at the same time, in any order.
 *
 * @param label short name for listings
 * @param source the user's line of the first
 * @param loops at least two
 */
public record Together(String label, String source, List<Loop> loops) implements Step {
    public Together {
        loops = List.copyOf(loops);
        if (loops.size() < 2) throw new IllegalArgumentException("at least two loops run together, not " + loops.size());
    }

    /** Loops as one step. */
    static Together of(List<Loop> loops) {
        String label = loops.stream().map(Loop::label).distinct().count() == 1 ? loops.getFirst().label() : "loops";
        return new Together(loops.size() + " x " + label, loops.getFirst().source(), loops);
    }
}
