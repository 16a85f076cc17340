package dev.gatun.simd.gemm;

import dev.gatun.graph.schedule.Motion;

/**
 * Where the matrices of a batch lie.
 *
 * @param bytes byte offset of each; multiples of 4
 * @param motion how all of them move by iterations of a loop around the product
 */
public record Operand(long[] bytes, Motion motion) {
    /** Matrices that stay. */
    public static Operand still(long... bytes) {
        return new Operand(bytes, Motion.STILL);
    }

    /** @throws IllegalArgumentException when it moves by other than a multiple of 4 bytes */
    public Operand {
        bytes = bytes.clone();
        if ((motion.stride() & 3) != 0) throw new IllegalArgumentException("Gemm: a matrix moves by multiples of 4 bytes, not by " + motion.stride());
    }

    @Override
    public long[] bytes() {
        return bytes.clone();
    }
}
