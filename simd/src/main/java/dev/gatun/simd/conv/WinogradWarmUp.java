package dev.gatun.simd.conv;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Has HotSpot compile the transforms of {@link WinogradMath} on memory of its own: on a whole batch of images they would
 * be interpreted for seconds before they are.
 */
final class WinogradWarmUp {
    /** HotSpot profiles after some 450 calls, and compiles after 600 more. */
    private static final int CALLS = 1_300;
    /** Loops must be seen to turn. */
    private static final int CHANNELS = 2 * WinogradMath.F32.length();
    private static final long PIXEL = 4L * CHANNELS;
    private static final long PLACES = 1 << 14;
    private static final long POINTS = 1 << 15;

    private WinogradWarmUp() {}

    static void run() {
        try (Arena arena = Arena.ofShared()) {
            MemorySegment m = arena.allocate(1 << 16, 64);
            for (int i = 0; i < CALLS; i++) {
                WinogradMath.input(m, PLACES, 6 * PIXEL, PIXEL, CHANNELS, m, POINTS, PIXEL, 0);
                WinogradMath.output(m, POINTS, PIXEL, CHANNELS, 0, m, PLACES, 4 * PIXEL, PIXEL, 1 + i % 4, 1 + i / 4 % 4);
                WinogradMath.outputGradient(m, PLACES, 4 * PIXEL, PIXEL, CHANNELS, m, POINTS, PIXEL, 0);
                WinogradMath.kernel(m, PLACES, 3 * PIXEL, PIXEL, CHANNELS, m, POINTS, PIXEL, m, 0);
                WinogradMath.kernelGradient(m, POINTS, PIXEL, CHANNELS, 0, m, PLACES, 3 * PIXEL, PIXEL);
            }
        }
    }
}
