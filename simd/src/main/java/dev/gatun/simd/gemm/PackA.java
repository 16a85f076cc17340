package dev.gatun.simd.gemm;

import dev.gatun.simd.Segments;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * Copies rows of A into tiles {@code [depth, TILE_ROWS]}: a step of the micro-kernel reads one row of that, and the whole
 * tile from its first byte to its last, where rows of A would be twelve places at once.
 */
final class PackA {
    /** Bytes of a step. */
    static final long STEP = 4L * Lanes.TILE_ROWS;
    /** What a vector store may write past the last step. */
    private static final long SLACK = 64;
    /** Tiles of transposed A filled at once: whole cache lines of its rows. */
    static final int TOGETHER = 4;

    private PackA() {}

    /** Bytes of a tile, with what a vector store may write past its end. */
    static long tileBytes(int depth) {
        return depth * STEP + SLACK;
    }

    /**
     * {@code A[rows, depth]} to one tile.
     *
     * @param row bytes from a row of A to the next
     * @param rows 1 to the tile's
     */
    static void tile(MemorySegment source, long from, long row, int rows, MemorySegment target, long to, int depth) {
        int whole = Lanes.COUNT == Square.SIDE ? depth / Square.SIDE * Square.SIDE : 0;
        for (int p = 0; p < whole; p += Square.SIDE) {
            Square.transpose(source, from + 4L * p, row, rows, target, to + p * STEP, STEP);
        }
        if (whole > 0 && whole < depth) { // once more, with the last of the steps before
            int p = depth - Square.SIDE;
            Square.transpose(source, from + 4L * p, row, rows, target, to + p * STEP, STEP);
        } else if (whole < depth) {
            singly(source, from, row, rows, target, to, depth);
        }
    }

    private static void singly(MemorySegment source, long from, long row, int rows, MemorySegment target, long to, int depth) {
        source = Segments.known(source);
        target = Segments.known(target);
        for (int i = 0; i < rows; i++) {
            for (int p = 0; p < depth; p++) {
                target.set(Lanes.FLOAT, to + p * STEP + 4L * i, source.get(Lanes.FLOAT, from + i * row + 4L * p));
            }
        }
    }

    /**
     * {@code A[depth, rows]} to tiles one after another. A vector store writes more than a step's rows; the next step
     * overwrites the rest, and at a tile's end there is slack.
     *
     * @param row bytes from a step in A to the next
     * @param readable floats from the first row to the end of A's stored row
     */
    static void transposed(MemorySegment source, long from, long row, int rows, int readable, MemorySegment target, int depth) {
        source = Segments.known(source);
        target = Segments.known(target);
        long tile = tileBytes(depth);
        int tiles = Blocks.ceilDiv(rows, Lanes.TILE_ROWS);
        int whole = Lanes.COUNT < Lanes.TILE_ROWS || readable < Lanes.COUNT
                ? 0 : Math.min(tiles, (readable - Lanes.COUNT) / Lanes.TILE_ROWS + 1);
        int i = 0;
        for (; i + TOGETHER <= whole; i += TOGETHER) four(source, from + i * STEP, row, target, i * tile, tile, depth);
        for (; i < whole; i++) one(source, from + i * STEP, row, target, i * tile, depth);
        for (; i < tiles; i++) {
            int height = Math.min(Lanes.TILE_ROWS, rows - i * Lanes.TILE_ROWS);
            for (int p = 0; p < depth; p++) {
                long s = from + p * row + i * STEP;
                for (int r = 0; r < height; r++) {
                    target.set(Lanes.FLOAT, i * tile + p * STEP + 4L * r, source.get(Lanes.FLOAT, s + 4L * r));
                }
            }
        }
    }

    private static void four(MemorySegment source, long from, long row, MemorySegment target, long to, long tile, int depth) {
        source = Segments.known(source);
        target = Segments.known(target);
        long s = from;
        long t = to;
        for (int p = 0; p < depth; p++) {
            FloatVector a = FloatVector.fromMemorySegment(Lanes.F32, source, s, Lanes.ORDER);
            FloatVector b = FloatVector.fromMemorySegment(Lanes.F32, source, s + STEP, Lanes.ORDER);
            FloatVector c = FloatVector.fromMemorySegment(Lanes.F32, source, s + 2 * STEP, Lanes.ORDER);
            FloatVector d = FloatVector.fromMemorySegment(Lanes.F32, source, s + 3 * STEP, Lanes.ORDER);
            a.intoMemorySegment(target, t, Lanes.ORDER);
            b.intoMemorySegment(target, t + tile, Lanes.ORDER);
            c.intoMemorySegment(target, t + 2 * tile, Lanes.ORDER);
            d.intoMemorySegment(target, t + 3 * tile, Lanes.ORDER);
            s += row;
            t += STEP;
        }
    }

    private static void one(MemorySegment source, long from, long row, MemorySegment target, long to, int depth) {
        source = Segments.known(source);
        target = Segments.known(target);
        long s = from;
        long t = to;
        for (int p = 0; p < depth; p++) {
            FloatVector.fromMemorySegment(Lanes.F32, source, s, Lanes.ORDER).intoMemorySegment(target, t, Lanes.ORDER);
            s += row;
            t += STEP;
        }
    }
}
