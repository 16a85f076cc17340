package dev.gatun.graph.ir;

/**
 * A value that comes from outside.
 *
 * @param name unique among the graph's inputs
 * @param value the value
 * @param role what it is
 */
public record Input(String name, Value value, Role role) {
    /** What an input is. */
    public enum Role {
        /** Written by the caller before each run. */
        DATA,
        /** Kept from run to run: parameters, optimizer moments, counters. */
        STATE
    }
}
