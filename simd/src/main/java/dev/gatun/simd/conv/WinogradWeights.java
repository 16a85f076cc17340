package dev.gatun.simd.conv;

import dev.gatun.simd.Kernel;
import dev.gatun.simd.gemm.Panels;
import java.lang.foreign.MemorySegment;

/**
 * Transforms weights {@code [3,3,C,O]} into right operands of 36 products: {@code [panels][36][depth][panel]}. Forward
 * the depth is C and panels cut O; for the input's gradient the kernel is mirrored, the depth is O and panels cut C.
 */
final class WinogradWeights implements Kernel {
    static final int PANEL = Panels.columns();
    static final long PANEL_BYTES = 4L * PANEL;
    private static final int TAPS = 9;
    /** Steps of the depth in a task. */
    private static final int STEPS = 32;
    private static final long TAP_BYTES = STEPS * PANEL_BYTES;

    private final int in;
    private final int out;
    private final boolean mirrored;
    private final int depth;
    private final int width;
    private final long wBytes;
    private final long toBytes;

    WinogradWeights(ConvShape s, boolean mirrored, long wBytes, long toBytes) {
        this.in = s.in();
        this.out = s.out();
        this.mirrored = mirrored;
        this.depth = mirrored ? out : in;
        this.width = mirrored ? in : out;
        this.wBytes = wBytes;
        this.toBytes = toBytes;
    }

    static int panels(int width) {
        return Math.ceilDiv(width, PANEL);
    }

    /** Bytes of the transformed weights. */
    static long bytes(int depth, int width) {
        return Math.multiplyExact(panels(width) * (long) WinogradMath.POINTS * depth, PANEL_BYTES);
    }

    /** Where a panel's point starts. */
    static long at(int depth, int panel, int point) {
        return ((long) panel * WinogradMath.POINTS + point) * depth * PANEL_BYTES;
    }

    @Override
    public String name() {
        return "winograd.weights";
    }

    @Override
    public int tasks() {
        return panels(width) * Math.ceilDiv(depth, STEPS);
    }

    @Override
    public long scratchBytes() {
        return WinogradMath.SCRATCH_BYTES + TAPS * TAP_BYTES;
    }

    @Override
    public void run(MemorySegment memory, int task, MemorySegment scratch) {
        int blocks = Math.ceilDiv(depth, STEPS);
        int panel = task / blocks;
        int first = task % blocks * STEPS;
        int steps = Math.min(STEPS, depth - first);
        int columns = Math.min(PANEL, width - panel * PANEL);
        long point = depth * PANEL_BYTES;
        long to = toBytes + at(depth, panel, 0) + first * PANEL_BYTES;
        long taps = WinogradMath.SCRATCH_BYTES;
        long tap = 4L * in * out;
        if (!mirrored) {
            for (int k = 0; k < steps; k++) {
                long from = wBytes + 4 * ((long) (first + k) * out + (long) panel * PANEL);
                WinogradMath.kernel(memory, from, 3 * tap, tap, columns, memory, to + k * PANEL_BYTES, point, scratch, 0);
            }
            return;
        }
        for (int t = 0; t < TAPS; t++) {
            long from = wBytes + t * tap + 4 * ((long) panel * PANEL * out + first);
            Panels.transpose(memory, from, 4L * out, columns, scratch, taps + t * TAP_BYTES, steps);
        }
        for (int k = 0; k < steps; k++) {
            long last = taps + (TAPS - 1) * TAP_BYTES + k * PANEL_BYTES;
            WinogradMath.kernel(scratch, last, -3 * TAP_BYTES, -TAP_BYTES, columns, memory, to + k * PANEL_BYTES, point, scratch, 0);
        }
    }
}
