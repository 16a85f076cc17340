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
    private final boolean narrow;
    private final int depth;
    private final int width;
    private final long wBytes;
    private final long toBytes;

    /**
     * @param mirrored for the input's gradient
     * @param narrow whether the weights are bf16
     */
    WinogradWeights(ConvShape s, boolean mirrored, boolean narrow, long wBytes, long toBytes) {
        this.narrow = narrow;
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
        return WinogradMath.SCRATCH_BYTES + (TAPS + 1) * TAP_BYTES;
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
        if (mirrored) transpose(memory, panel * PANEL, columns, first, steps, scratch, taps);
        else if (narrow) widen(memory, panel * PANEL, columns, first, steps, scratch, taps);
        long tap = 4L * in * out;
        for (int k = 0; k < steps; k++) {
            long u = to + k * PANEL_BYTES;
            long t = taps + k * PANEL_BYTES;
            if (mirrored) {
                long last = t + (TAPS - 1) * TAP_BYTES;
                WinogradMath.kernel(scratch, last, -3 * TAP_BYTES, -TAP_BYTES, columns, memory, u, point, scratch, 0);
            } else if (narrow) {
                WinogradMath.kernel(scratch, t, 3 * TAP_BYTES, TAP_BYTES, columns, memory, u, point, scratch, 0);
            } else {
                long from = wBytes + 4 * ((long) (first + k) * out + (long) panel * PANEL);
                WinogradMath.kernel(memory, from, 3 * tap, tap, columns, memory, u, point, scratch, 0);
            }
        }
    }

    /** {@code [tap][C][O]} to {@code [tap][O steps][C columns]}. */
    private void transpose(MemorySegment memory, int column, int columns, int first, int steps, MemorySegment scratch, long taps) {
        long wide = taps + TAPS * TAP_BYTES;
        for (int t = 0; t < TAPS; t++) {
            long from = ((long) t * in + column) * out + first;
            long to = taps + t * TAP_BYTES;
            if (narrow) {
                for (int c = 0; c < columns; c++) {
                    Bfloats.widen(memory, wBytes + 2 * (from + (long) c * out), scratch, wide + 4L * c * STEPS, steps);
                }
                Panels.transpose(scratch, wide, 4L * STEPS, columns, scratch, to, steps);
            } else {
                Panels.transpose(memory, wBytes + 4 * from, 4L * out, columns, scratch, to, steps);
            }
        }
    }

    /** {@code [tap][C][O]} to {@code [tap][C steps][O columns]}, as f32. */
    private void widen(MemorySegment memory, int column, int columns, int first, int steps, MemorySegment scratch, long taps) {
        for (int t = 0; t < TAPS; t++) {
            for (int k = 0; k < steps; k++) {
                long from = wBytes + 2 * (((long) t * in + first + k) * out + column);
                Bfloats.widen(memory, from, scratch, taps + t * TAP_BYTES + k * PANEL_BYTES, columns);
            }
        }
    }
}
