package dev.gatun.simd.attention;

import dev.gatun.simd.Segments;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * Loops over a whole tile of scores, {@link Tiles#ROWS} rows that lie {@link Tiles#SCORES} bytes apart. Rows are some
 * hundred scores long, so a loop of its own for each would take half of its time to start and to end.
 *
 * <p>Each method makes of the memory a slice whose length is a constant, and has counters with constant bounds: C2 then
 * proves that no access needs a check. Powers of 2 are those of {@link Rows}.
 */
final class Scores {
    private static final long VECTOR_BYTES = 4L * Rows.LANES;
    /** Vectors of a row. */
    private static final int VECTORS = (int) (Tiles.SCORES / VECTOR_BYTES);
    private static final long TILE_BYTES = Tiles.ROWS * Tiles.SCORES;
    /** Rows looked at together; a divisor of all tiles' rows. */
    private static final int TOGETHER = 6;

    private Scores() {}

    /** How many vectors so many scores fill, the last perhaps in part. */
    private static int vectors(int count) {
        return Math.clamp(Math.ceilDiv(count, Rows.LANES), 0, VECTORS);
    }

    /** Takes out of a row the scores from {@code seen} to the end of the vector where {@code count} ends. */
    static void hide(MemorySegment memory, long row, int seen, int count) {
        int end = vectors(count) * Rows.LANES;
        for (int j = seen; j < end; j++) memory.set(Rows.FLOAT, row + 4L * j, Float.NEGATIVE_INFINITY);
    }

    /**
     * The greatest of each row's first {@code count} scores, made up to whole vectors, written next to each other; NaN
     * counts as little.
     */
    static void maxima(MemorySegment memory, long at, int count, long to) {
        memory = Segments.known(memory);
        MemorySegment tile = memory.asSlice(at, TILE_BYTES);
        int vectors = vectors(count);
        for (int r = 0; r < Tiles.ROWS; r += TOGETHER) {
            long row = r * Tiles.SCORES;
            FloatVector m0 = FloatVector.broadcast(Rows.F32, Float.NEGATIVE_INFINITY);
            FloatVector m1 = m0;
            FloatVector m2 = m0;
            FloatVector m3 = m0;
            FloatVector m4 = m0;
            FloatVector m5 = m0;
            for (int j = 0; j < vectors; j++) {
                long x = row + j * VECTOR_BYTES;
                FloatVector x0 = FloatVector.fromMemorySegment(Rows.F32, tile, x, Rows.ORDER);
                FloatVector x1 = FloatVector.fromMemorySegment(Rows.F32, tile, x + Tiles.SCORES, Rows.ORDER);
                FloatVector x2 = FloatVector.fromMemorySegment(Rows.F32, tile, x + 2 * Tiles.SCORES, Rows.ORDER);
                FloatVector x3 = FloatVector.fromMemorySegment(Rows.F32, tile, x + 3 * Tiles.SCORES, Rows.ORDER);
                FloatVector x4 = FloatVector.fromMemorySegment(Rows.F32, tile, x + 4 * Tiles.SCORES, Rows.ORDER);
                FloatVector x5 = FloatVector.fromMemorySegment(Rows.F32, tile, x + 5 * Tiles.SCORES, Rows.ORDER);
                m0 = m0.blend(x0, x0.compare(VectorOperators.GT, m0));
                m1 = m1.blend(x1, x1.compare(VectorOperators.GT, m1));
                m2 = m2.blend(x2, x2.compare(VectorOperators.GT, m2));
                m3 = m3.blend(x3, x3.compare(VectorOperators.GT, m3));
                m4 = m4.blend(x4, x4.compare(VectorOperators.GT, m4));
                m5 = m5.blend(x5, x5.compare(VectorOperators.GT, m5));
            }
            long top = to + 4L * r;
            memory.set(Rows.FLOAT, top, Rows.greatest(m0));
            memory.set(Rows.FLOAT, top + 4, Rows.greatest(m1));
            memory.set(Rows.FLOAT, top + 8, Rows.greatest(m2));
            memory.set(Rows.FLOAT, top + 12, Rows.greatest(m3));
            memory.set(Rows.FLOAT, top + 16, Rows.greatest(m4));
            memory.set(Rows.FLOAT, top + 20, Rows.greatest(m5));
        }
    }

    /**
     * {@code x = 2^(x - top)} for each row's first {@code count} scores, made up to whole vectors; adds them lane by lane
     * to the row's vector at {@code sums}.
     *
     * @param tops where the rows' tops lie next to each other
     */
    static void exponentials(MemorySegment memory, long at, int count, long tops, long sums) {
        memory = Segments.known(memory);
        MemorySegment tile = memory.asSlice(at, TILE_BYTES);
        MemorySegment top = memory.asSlice(tops, 4L * Tiles.ROWS);
        MemorySegment sum = memory.asSlice(sums, VECTOR_BYTES * Tiles.ROWS);
        int vectors = vectors(count);
        FloatVector zero = FloatVector.zero(Rows.F32);
        FloatVector one = FloatVector.broadcast(Rows.F32, 1);
        FloatVector p1 = FloatVector.broadcast(Rows.F32, Rows.P1);
        FloatVector p2 = FloatVector.broadcast(Rows.F32, Rows.P2);
        FloatVector p3 = FloatVector.broadcast(Rows.F32, Rows.P3);
        FloatVector p4 = FloatVector.broadcast(Rows.F32, Rows.P4);
        FloatVector p5 = FloatVector.broadcast(Rows.F32, Rows.P5);
        FloatVector p6 = FloatVector.broadcast(Rows.F32, Rows.P6);
        for (int r = 0; r < Tiles.ROWS; r++) {
            FloatVector t = FloatVector.broadcast(Rows.F32, top.get(Rows.FLOAT, 4L * r));
            FloatVector total = FloatVector.fromMemorySegment(Rows.F32, sum, r * VECTOR_BYTES, Rows.ORDER);
            for (int j = 0; j < vectors; j++) {
                long i = r * Tiles.SCORES + j * VECTOR_BYTES;
                FloatVector x = FloatVector.fromMemorySegment(Rows.F32, tile, i, Rows.ORDER).sub(t);
                VectorMask<Float> tiny = x.compare(VectorOperators.LT, Rows.TINY);
                FloatVector shifted = x.add(Rows.ROUND);
                FloatVector f = x.sub(shifted.sub(Rows.ROUND));
                FloatVector p = f.fma(p6, p5).fma(f, p4).fma(f, p3).fma(f, p2).fma(f, p1).fma(f, one);
                IntVector bits = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23).add(0x3F800000);
                x = p.mul(bits.reinterpretAsFloats()).blend(zero, tiny);
                x.intoMemorySegment(tile, i, Rows.ORDER);
                total = total.add(x);
            }
            total.intoMemorySegment(sum, r * VECTOR_BYTES, Rows.ORDER);
        }
    }

    /**
     * {@code p = 2^(p - top)} and {@code d = p * (d - delta)} for each row's first {@code count} scores, made up to whole
     * vectors; 0 both where a score is hidden.
     *
     * @param tops where the rows' tops lie next to each other
     * @param deltas the same of the deltas
     */
    static void gradients(MemorySegment memory, long pAt, long dAt, int count, long tops, long deltas) {
        memory = Segments.known(memory);
        MemorySegment ps = memory.asSlice(pAt, TILE_BYTES);
        MemorySegment ds = memory.asSlice(dAt, TILE_BYTES);
        MemorySegment top = memory.asSlice(tops, 4L * Tiles.ROWS);
        MemorySegment delta = memory.asSlice(deltas, 4L * Tiles.ROWS);
        int vectors = vectors(count);
        FloatVector zero = FloatVector.zero(Rows.F32);
        FloatVector one = FloatVector.broadcast(Rows.F32, 1);
        FloatVector p1 = FloatVector.broadcast(Rows.F32, Rows.P1);
        FloatVector p2 = FloatVector.broadcast(Rows.F32, Rows.P2);
        FloatVector p3 = FloatVector.broadcast(Rows.F32, Rows.P3);
        FloatVector p4 = FloatVector.broadcast(Rows.F32, Rows.P4);
        FloatVector p5 = FloatVector.broadcast(Rows.F32, Rows.P5);
        FloatVector p6 = FloatVector.broadcast(Rows.F32, Rows.P6);
        for (int r = 0; r < Tiles.ROWS; r++) {
            FloatVector t = FloatVector.broadcast(Rows.F32, top.get(Rows.FLOAT, 4L * r));
            FloatVector mean = FloatVector.broadcast(Rows.F32, delta.get(Rows.FLOAT, 4L * r));
            for (int j = 0; j < vectors; j++) {
                long i = r * Tiles.SCORES + j * VECTOR_BYTES;
                FloatVector x = FloatVector.fromMemorySegment(Rows.F32, ps, i, Rows.ORDER).sub(t);
                VectorMask<Float> tiny = x.compare(VectorOperators.LT, Rows.TINY);
                FloatVector shifted = x.add(Rows.ROUND);
                FloatVector f = x.sub(shifted.sub(Rows.ROUND));
                FloatVector p = f.fma(p6, p5).fma(f, p4).fma(f, p3).fma(f, p2).fma(f, p1).fma(f, one);
                IntVector bits = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23).add(0x3F800000);
                x = p.mul(bits.reinterpretAsFloats());
                FloatVector d = FloatVector.fromMemorySegment(Rows.F32, ds, i, Rows.ORDER).sub(mean).mul(x);
                x.blend(zero, tiny).intoMemorySegment(ps, i, Rows.ORDER);
                d.blend(zero, tiny).intoMemorySegment(ds, i, Rows.ORDER);
            }
        }
    }
}
