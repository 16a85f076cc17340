package dev.gatun.graph.schedule;

import java.util.List;

/**
 * Steps that run again and again, their operands moving along. The body's buffers are windows on buffers of the schedule
 * around it: all of them live as long as the whole of this step.
 *
 * @param label short name for listings
 * @param source the user's line
 * @param count how many times the body runs
 * @param body the steps of one iteration, with buffers of its own
 * @param bindings for each buffer of the body, where it lies
 */
public record Repeat(String label, String source, int count, Schedule body, List<Binding> bindings) implements Step {
    /**
     * Where a buffer of the body lies.
     *
     * @param buffer a buffer outside
     * @param offset bytes from its beginning
     * @param motion where it goes from there
     */
    public record Binding(int buffer, long offset, Motion motion) {}

    public Repeat {
        bindings = List.copyOf(bindings);
        if (bindings.size() != body.buffers().size()) {
            throw new IllegalArgumentException(bindings.size() + " bindings for " + body.buffers().size() + " buffers");
        }
    }
}
