package dev.gatun.runtime;

/** Hears of every kernel that runs while profiling is on. */
@FunctionalInterface
public interface KernelListener {
    /**
     * Called between two kernels, by the thread that runs the function.
     *
     * @param function the function it belongs to
     * @param step number of its step in the function's plan
     * @param kernel its name
     * @param source the user's line it comes from
     * @param start {@link System#nanoTime} when it began
     * @param end when it was done
     */
    void ran(String function, int step, String kernel, String source, long start, long end);
}
