package dev.gatun.simd.gemm;

import dev.gatun.simd.Kernel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;

/** Copies B into panels: for each block of the inner dimension, panel by panel, {@code depth} rows of a tile's width. */
final class PackB implements Kernel {
    private static final ValueLayout.OfLong PAIR =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt ONE = ValueLayout.JAVA_INT_UNALIGNED;
    private static final int PANELS = 8;
    /** Steps transposed at once: a cache line of each row of B. */
    private static final int STEPS = 16;
    private static final long LOW = 0xFFFF_FFFFL;

    private final GemmShape shape;
    private final PackedB packed;
    private final int panels;
    private final int groups;
    private final int depth;
    private final int depths;

    PackB(GemmShape shape, PackedB packed) {
        this.shape = shape;
        this.packed = packed;
        this.panels = Blocks.ceilDiv(shape.n(), Blocks.PANEL);
        this.groups = Blocks.ceilDiv(panels, PANELS);
        this.depth = Blocks.depth(shape.k());
        this.depths = Blocks.ceilDiv(shape.k(), depth);
    }

    @Override
    public String name() {
        return "gemm.pack";
    }

    @Override
    public int tasks() {
        return Math.multiplyExact(packed.sources().length, groups * depths);
    }

    @Override
    public void run(MemorySegment memory, int task, MemorySegment scratch) {
        int matrix = task / (groups * depths);
        int step = task / groups % depths * depth;
        int first = task % groups * PANELS;
        int steps = Math.min(depth, shape.k() - step);
        long row = 4 * shape.ldb();
        for (int panel = first; panel < Math.min(panels, first + PANELS); panel++) {
            int column = panel * Blocks.PANEL;
            int columns = Math.min(Blocks.PANEL, shape.n() - column);
            long to = packed.targets()[matrix] + Blocks.panelAt(shape, step, steps, panel);
            long from = packed.sources()[matrix];
            if (shape.transposeB()) {
                from += column * row + 4L * step;
                transpose(memory, from, row, columns, memory, to, steps);
            } else {
                from += step * row + 4L * column;
                copy(memory, from, row, columns, memory, to, steps);
            }
        }
    }

    /** {@code to[depth, PANEL] = from[depth, columns]}, filled up with zeros. */
    static void copy(
            MemorySegment source, long from, long row, int columns, MemorySegment target, long to, int depth) {
        long s = from;
        long t = to;
        if (columns == Blocks.PANEL && Lanes.TILE_VECTORS == 2) {
            for (int p = 0; p < depth; p++) {
                FloatVector left = FloatVector.fromMemorySegment(Lanes.F32, source, s, Lanes.ORDER);
                FloatVector right = FloatVector.fromMemorySegment(Lanes.F32, source, s + Lanes.BYTES, Lanes.ORDER);
                left.intoMemorySegment(target, t, Lanes.ORDER);
                right.intoMemorySegment(target, t + Lanes.BYTES, Lanes.ORDER);
                s += row;
                t += Blocks.PANEL_BYTES;
            }
            return;
        }
        for (int p = 0; p < depth; p++) {
            for (int j = 0; j < Blocks.PANEL; j++) {
                target.set(Lanes.FLOAT, t + 4L * j, j < columns ? source.get(Lanes.FLOAT, s + 4L * j) : 0f);
            }
            s += row;
            t += Blocks.PANEL_BYTES;
        }
    }

    /** {@code to[depth, PANEL] = from[columns, depth]} transposed, filled up with zeros. */
    static void transpose(
            MemorySegment source, long from, long row, int columns, MemorySegment target, long to, int depth) {
        if (columns < Blocks.PANEL) {
            target.asSlice(to, depth * Blocks.PANEL_BYTES).fill((byte) 0);
        }
        int even = columns & ~1;
        for (int p = 0; p < depth; p += STEPS) {
            int steps = Math.min(STEPS, depth - p);
            for (int j = 0; j < even; j += 2) {
                twoRows(source, from + j * row + 4L * p, row, target, to + p * Blocks.PANEL_BYTES + 4L * j, steps);
            }
        }
        if (even < columns) {
            for (int p = 0; p < depth; p++) {
                target.set(ONE, to + p * Blocks.PANEL_BYTES + 4L * even, source.get(ONE, from + even * row + 4L * p));
            }
        }
    }

    /** Floats move in pairs, as longs: two rows of B become a column two floats wide. */
    private static void twoRows(MemorySegment source, long from, long row, MemorySegment target, long to, int steps) {
        long s = from;
        long t = to;
        int p = 0;
        for (; p + 1 < steps; p += 2) {
            long upper = source.get(PAIR, s);
            long lower = source.get(PAIR, s + row);
            target.set(PAIR, t, upper & LOW | lower << 32);
            target.set(PAIR, t + Blocks.PANEL_BYTES, upper >>> 32 | lower & ~LOW);
            s += 8;
            t += 2 * Blocks.PANEL_BYTES;
        }
        if (p < steps) {
            target.set(ONE, t, source.get(ONE, s));
            target.set(ONE, t + 4, source.get(ONE, s + row));
        }
    }
}
