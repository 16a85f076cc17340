package dev.gatun.runtime;

import java.util.List;

/**
 * Time that one kernel took while profiling was on, or a loop of several, which follow it.
 *
 * @param function the function it belongs to
 * @param path number of its step in the function's plan, then of the step within that one's body, and so on; -1 where a
 *     function is run as a whole
 * @param kernel its name
 * @param source the user's line it comes from
 * @param calls how often it ran
 * @param nanos wall time over all calls
 */
public record KernelTime(String function, List<Integer> path, String kernel, String source, long calls, long nanos) {
    /** Copies the path. */
    public KernelTime {
        path = List.copyOf(path);
    }

    /** How many loops it runs in; their times hold its own. */
    public int depth() {
        return path.size() - 1;
    }
}
