package dev.gatun.simd.gemm;

import java.lang.foreign.MemorySegment;

/**
 * A generated register tile of a matrix product: {@code C[rows, columns] (+)= A[rows, steps] * B[steps, columns]} in
 * f32. Rows, columns and the strides of A and B are constants of the class, see {@link MicroShape}.
 */
public interface MicroKernel {
    /**
     * Computes the tile. Offsets and the row stride of C are bytes, all within their segment and multiples of 4.
     *
     * @param steps length of the inner dimension, at least 0
     */
    void run(MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment c, long cAt, long cRow, int steps);
}
