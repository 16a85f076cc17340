package dev.gatun.simd;

import java.lang.foreign.MemorySegment;

/** What HotSpot has to know about memory segments before it compiles a kernel. */
public final class Segments {
    private Segments() {}

    /**
     * The segment itself, cast. The cast always succeeds; its profile tells HotSpot the segment's class, for only
     * kernels come here and they work on native memory. It would otherwise go by what all code of the JVM has handed to
     * the accessors of segments; where that was segments of several classes, two virtual calls would stand before each
     * load and store, and a kernel run ten times slower. So each method with a hot loop over a segment that it was
     * handed starts with this.
     *
     * @param segment a {@link MemorySegment}
     */
    public static MemorySegment known(Object segment) {
        return (MemorySegment) segment;
    }
}
