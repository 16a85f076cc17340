package dev.gatun.runtime;

/**
 * What one phase of a compilation took.
 *
 * @param function the function compiled, or {@code all} for what is done for all together
 * @param name a pass of the pipeline, {@code fuse} (with the choice who computes products and convolutions, measured where
 *     it is not known), {@code plan} (addresses), {@code generate} (loops, compiled by HotSpot too) or {@code lower}
 * @param nanos wall time
 */
public record CompilePhase(String function, String name, long nanos) {}
