package dev.gatun.simd.gemm;

import java.lang.foreign.MemorySegment;

/**
 * A register tile computed as two of half the rows, one after the other; gives the same bits. It reads B twice and so is
 * somewhat slower, but its kernels inline half as much each: C2 adds up the deoptimizations that the inlined methods of
 * the JDK have seen in the whole JVM, once for each time that it inlines them, and when the sum reaches 100 of a kind, or
 * 200 recompilations, it stops to believe in profiled types for the rest of the method. Vectors are then boxed.
 */
record Halves(MicroKernel upper, MicroKernel lower, int upperRows, long aRow) implements MicroKernel {
    @Override
    public void run(MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment c, long cAt, long cRow, int steps) {
        upper.run(a, aAt, b, bAt, c, cAt, cRow, steps);
        lower.run(a, aAt + upperRows * aRow, b, bAt, c, cAt + upperRows * cRow, cRow, steps);
    }
}
