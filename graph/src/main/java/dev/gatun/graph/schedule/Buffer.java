package dev.gatun.graph.schedule;

import dev.gatun.graph.types.DType;

/**
 * A stretch of memory that steps refer to by number.
 *
 * @param id position in the schedule's list of buffers
 * @param name for listings: an input's or output's name, or the value that it holds
 * @param kind who else knows of it
 * @param dtype element type
 * @param elements size in elements
 */
public record Buffer(int id, String name, Kind kind, DType dtype, long elements) {
    /** Who else knows of a buffer. */
    public enum Kind {
        /** Kept from run to run, shared between the functions of an executable. */
        STATE,
        /** Written by the caller before a run. */
        DATA,
        /** Read by the caller after a run. */
        RESULT,
        /** Lives between two steps; its bytes are reused. */
        TEMPORARY
    }

    /** Size in bytes. */
    public long bytes() {
        return elements * dtype.bytes();
    }
}
