package dev.gatun.runtime;

/**
 * Time that one kernel took while profiling was on, or a loop of several, which follow it.
 *
 * @param function the function it belongs to
 * @param step number of its step in the function's plan; -1 where a function is run as a whole
 * @param kernel its name
 * @param source the user's line it comes from
 * @param calls how often it ran
 * @param nanos wall time over all calls
 * @param depth how many loops it runs in; their times hold its own
 */
public record KernelTime(String function, int step, String kernel, String source, long calls, long nanos, int depth) {}
