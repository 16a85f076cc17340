package dev.gatun.simd.kernels;

/** Checks of byte offsets. */
final class Offsets {
    private Offsets() {}

    static void check(String operand, long at) {
        if (at < 0 || (at & 3) != 0) {
            throw new IllegalArgumentException(operand + " must lie at a multiple of 4 bytes, not at " + at);
        }
    }
}
