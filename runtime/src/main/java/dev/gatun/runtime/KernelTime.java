package dev.gatun.runtime;

/**
 * Time that one kernel took while profiling was on.
 *
 * @param function the function it belongs to
 * @param kernel its name
 * @param source the user's line it comes from
 * @param calls how often it ran
 * @param nanos wall time over all calls
 */
public record KernelTime(String function, String kernel, String source, long calls, long nanos) {}
