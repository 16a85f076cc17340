package dev.gatun.simd.gemm;

import dev.gatun.simd.Segments;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;

/** Panels of the right operand of a micro-kernel: {@code depth} rows as wide as the full register tile. */
public final class Panels {
    private static final ValueLayout.OfLong PAIR =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt ONE = ValueLayout.JAVA_INT_UNALIGNED;
    /** Steps transposed at once: both sides stay in the L1 cache. */
    private static final int STEPS = 64;
    private static final long LOW = 0xFFFF_FFFFL;

    private Panels() {}

    /** Columns of a panel. */
    public static int columns() {
        return Blocks.PANEL;
    }

    /** {@code to[depth, PANEL] = from[depth, columns]}, filled up with zeros. */
    public static void copy(
            MemorySegment source, long from, long row, int columns, MemorySegment target, long to, int depth) {
        source = Segments.known(source);
        target = Segments.known(target);
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
    public static void transpose(
            MemorySegment source, long from, long row, int columns, MemorySegment target, long to, int depth) {
        if (columns < Blocks.PANEL) {
            target.asSlice(to, depth * Blocks.PANEL_BYTES).fill((byte) 0);
        }
        int squareRows = Lanes.COUNT == Square.SIDE ? columns / Square.SIDE * Square.SIDE : 0;
        int squareSteps = squareRows == 0 ? 0 : depth / Square.SIDE * Square.SIDE;
        for (int j = 0; j < squareRows; j += Square.SIDE) {
            for (int p = 0; p < squareSteps; p += Square.SIDE) {
                Square.transpose(source, from + j * row + 4L * p, row, Square.SIDE,
                        target, to + p * Blocks.PANEL_BYTES + 4L * j, Blocks.PANEL_BYTES);
            }
        }
        pairs(source, from + 4L * squareSteps, row, squareRows,
                target, to + squareSteps * Blocks.PANEL_BYTES, depth - squareSteps);
        pairs(source, from + squareRows * row, row, columns - squareRows, target, to + 4L * squareRows, depth);
    }

    private static void pairs(
            MemorySegment source, long from, long row, int columns, MemorySegment target, long to, int depth) {
        int even = columns & ~1;
        for (int p = 0; p < depth && even > 0; p += STEPS) {
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
        source = Segments.known(source);
        target = Segments.known(target);
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
