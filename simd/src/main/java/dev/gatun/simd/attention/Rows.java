package dev.gatun.simd.attention;

import dev.gatun.simd.Segments;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Loops over single rows. Scores are in units of ln 2, so that powers of 2 stand for powers of e.
 *
 * <p>{@code 2^x} for x at most 0 is {@code 2^n * p(x - n)}, n the nearest integer and p a polynomial of degree 6 fitted
 * to a relative error of 2e-9 over [-0.5, 0.5]; below -127 it is 0. It is written out where it is used: a method that
 * returns a vector may not be inlined, and then allocates.
 */
final class Rows {
    static final VectorSpecies<Float> F32 = FloatVector.SPECIES_PREFERRED;
    static final ByteOrder ORDER = ByteOrder.nativeOrder();
    static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    static final int LANES = F32.length();

    /** Added to a small float, leaves it rounded to an integer in the low bits. */
    static final float ROUND = 0x1.8p23f;
    static final float P1 = 0.6931472f;
    static final float P2 = 0.24022646f;
    static final float P3 = 0.055503286f;
    static final float P4 = 0.009618489f;
    static final float P5 = 0.0013399931f;
    static final float P6 = 0.00015345811f;

    /** Below it powers of 2 are 0. */
    static final float TINY = -127;

    private static final int WARMING_CALLS = 300;
    /** Compiled, one round of loops takes less. */
    private static final long COMPILED_NANOS = 4_000;
    private static final long MOST_WARMING = 2_000_000_000;

    private static final FloatVector LANE = FloatVector.zero(F32).addIndex(1);
    private static final VectorShuffle<Float> BY_8 = by(8);
    private static final VectorShuffle<Float> BY_4 = by(4);
    private static final VectorShuffle<Float> BY_2 = by(2);
    private static final VectorShuffle<Float> BY_1 = by(1);

    private Rows() {}

    private static VectorShuffle<Float> by(int distance) {
        return VectorShuffle.fromOp(F32, i -> (i + distance) % LANES);
    }

    /**
     * Copies rows times a factor; the target's are filled up with zeros to {@code padded} elements. Goes down columns of
     * vectors, four side by side: a loop along a short row would take longer to start than to run, and rows that lie far
     * apart come from memory once.
     *
     * @param stride bytes from a row of the source to the next
     * @param toStride the same of the target
     */
    static void copy(MemorySegment source, long from, long stride, MemorySegment target, long to, long toStride,
            int rows, int count, int padded, float factor) {
        int whole = F32.loopBound(count);
        int j = 0;
        for (; j + 4 * LANES <= whole; j += 4 * LANES) {
            fourColumns(source, from + 4L * j, stride, target, to + 4L * j, toStride, rows, factor);
        }
        for (; j < whole; j += LANES) {
            column(source, from + 4L * j, stride, target, to + 4L * j, toStride, rows, factor);
        }
        for (; j < padded; j++) {
            for (int i = 0; i < rows; i++) {
                float x = j < count ? source.get(FLOAT, from + i * stride + 4L * j) * factor : 0;
                target.set(FLOAT, to + i * toStride + 4L * j, x);
            }
        }
    }

    private static void fourColumns(MemorySegment source, long from, long stride, MemorySegment target, long to,
            long toStride, int rows, float factor) {
        source = Segments.known(source);
        target = Segments.known(target);
        long s = from;
        long t = to;
        for (int i = 0; i < rows; i++) {
            FloatVector x0 = FloatVector.fromMemorySegment(F32, source, s, ORDER);
            FloatVector x1 = FloatVector.fromMemorySegment(F32, source, s + 4L * LANES, ORDER);
            FloatVector x2 = FloatVector.fromMemorySegment(F32, source, s + 8L * LANES, ORDER);
            FloatVector x3 = FloatVector.fromMemorySegment(F32, source, s + 12L * LANES, ORDER);
            x0.mul(factor).intoMemorySegment(target, t, ORDER);
            x1.mul(factor).intoMemorySegment(target, t + 4L * LANES, ORDER);
            x2.mul(factor).intoMemorySegment(target, t + 8L * LANES, ORDER);
            x3.mul(factor).intoMemorySegment(target, t + 12L * LANES, ORDER);
            s += stride;
            t += toStride;
        }
    }

    private static void column(MemorySegment source, long from, long stride, MemorySegment target, long to,
            long toStride, int rows, float factor) {
        source = Segments.known(source);
        target = Segments.known(target);
        long s = from;
        long t = to;
        for (int i = 0; i < rows; i++) {
            FloatVector.fromMemorySegment(F32, source, s, ORDER).mul(factor).intoMemorySegment(target, t, ORDER);
            s += stride;
            t += toStride;
        }
    }

    /**
     * Writes {@code ln(2) top + ln(total)} for each row to the target, and {@code 1 / total} in place of its top.
     *
     * @param totals where a vector lies for each row, whose lanes add up to the row's total
     */
    static void finish(MemorySegment scratch, long tops, long totals, int rows, MemorySegment target, long to) {
        scratch = Segments.known(scratch);
        target = Segments.known(target);
        for (int i = 0; i < rows; i++) {
            float total = sum(FloatVector.fromMemorySegment(F32, scratch, totals + 4L * LANES * i, ORDER));
            double top = scratch.get(FLOAT, tops + 4L * i);
            target.set(FLOAT, to + 4L * i, (float) (top * Forward.LN_2 + Math.log(total)));
            scratch.set(FLOAT, tops + 4L * i, 1 / total);
        }
    }

    /** Copies rows, each times its own factor; factors lie next to each other in the source. */
    static void scale(MemorySegment source, long from, long stride, long factors, MemorySegment target, long to,
            long toStride, int rows, int count) {
        source = Segments.known(source);
        target = Segments.known(target);
        int whole = F32.loopBound(count);
        for (int j = 0; j < whole; j += LANES) {
            long s = from + 4L * j;
            long t = to + 4L * j;
            for (int i = 0; i < rows; i++) {
                FloatVector.fromMemorySegment(F32, source, s, ORDER).mul(source.get(FLOAT, factors + 4L * i))
                        .intoMemorySegment(target, t, ORDER);
                s += stride;
                t += toStride;
            }
        }
        for (int j = whole; j < count; j++) {
            for (int i = 0; i < rows; i++) {
                float x = source.get(FLOAT, from + i * stride + 4L * j) * source.get(FLOAT, factors + 4L * i);
                target.set(FLOAT, to + i * toStride + 4L * j, x);
            }
        }
    }

    /** The sum of products of two rows of whole vectors' length. */
    static float dot(MemorySegment memory, long x, long y, int count) {
        memory = Segments.known(memory);
        FloatVector sum = FloatVector.zero(F32);
        int whole = F32.loopBound(count);
        int j = 0;
        for (; j < whole; j += LANES) {
            sum = FloatVector.fromMemorySegment(F32, memory, x + 4L * j, ORDER)
                    .fma(FloatVector.fromMemorySegment(F32, memory, y + 4L * j, ORDER), sum);
        }
        float total = sum(sum);
        for (; j < count; j++) {
            total = Math.fma(memory.get(FLOAT, x + 4L * j), memory.get(FLOAT, y + 4L * j), total);
        }
        return total;
    }

    /** The sum of all lanes, always in the same order. */
    static float sum(FloatVector vector) {
        FloatVector v = vector;
        if (LANES > 8) {
            v = v.add(v.rearrange(BY_8));
        }
        if (LANES > 4) {
            v = v.add(v.rearrange(BY_4));
        }
        if (LANES > 2) {
            v = v.add(v.rearrange(BY_2));
        }
        return v.add(v.rearrange(BY_1)).lane(0);
    }

    /** The greatest of the first {@code count} elements and {@code least}; NaN counts as little. */
    static float max(MemorySegment memory, long at, int count, float least) {
        memory = Segments.known(memory);
        FloatVector m = FloatVector.broadcast(F32, least);
        int whole = F32.loopBound(count);
        for (int j = 0; j < whole; j += LANES) {
            FloatVector x = FloatVector.fromMemorySegment(F32, memory, at + 4L * j, ORDER);
            m = m.blend(x, x.compare(VectorOperators.GT, m));
        }
        if (whole < count) {
            FloatVector x = FloatVector.fromMemorySegment(F32, memory, at + 4L * whole, ORDER);
            VectorMask<Float> seen = LANE.compare(VectorOperators.LT, (float) (count - whole));
            m = m.blend(x, x.compare(VectorOperators.GT, m).and(seen));
        }
        return greatest(m);
    }

    /** The greatest of all lanes. */
    static float greatest(FloatVector vector) {
        FloatVector m = vector;
        FloatVector y;
        if (LANES > 8) {
            y = m.rearrange(BY_8);
            m = m.blend(y, y.compare(VectorOperators.GT, m));
        }
        if (LANES > 4) {
            y = m.rearrange(BY_4);
            m = m.blend(y, y.compare(VectorOperators.GT, m));
        }
        if (LANES > 2) {
            y = m.rearrange(BY_2);
            m = m.blend(y, y.compare(VectorOperators.GT, m));
        }
        y = m.rearrange(BY_1);
        return m.blend(y, y.compare(VectorOperators.GT, m)).lane(0);
    }

    /**
     * {@code x = 2^(x - top)} for the first {@code seen} elements, 0 for those up to {@code count}; adds them lane by
     * lane to the vector at {@code sums}. Reads and writes whole vectors.
     */
    static void exponentials(MemorySegment memory, long at, int seen, int count, float top, long sums) {
        memory = Segments.known(memory);
        FloatVector total = FloatVector.fromMemorySegment(F32, memory, sums, ORDER);
        FloatVector zero = FloatVector.zero(F32);
        FloatVector one = FloatVector.broadcast(F32, 1);
        FloatVector p1 = FloatVector.broadcast(F32, P1);
        FloatVector p2 = FloatVector.broadcast(F32, P2);
        FloatVector p3 = FloatVector.broadcast(F32, P3);
        FloatVector p4 = FloatVector.broadcast(F32, P4);
        FloatVector p5 = FloatVector.broadcast(F32, P5);
        FloatVector p6 = FloatVector.broadcast(F32, P6);
        int j = 0;
        for (; j < seen; j += LANES) {
            FloatVector x = FloatVector.fromMemorySegment(F32, memory, at + 4L * j, ORDER).sub(top);
            VectorMask<Float> tiny = x.compare(VectorOperators.LT, TINY);
            FloatVector shifted = x.add(ROUND);
            FloatVector f = x.sub(shifted.sub(ROUND));
            FloatVector p = f.fma(p6, p5).fma(f, p4).fma(f, p3).fma(f, p2).fma(f, p1).fma(f, one);
            IntVector bits = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23).add(0x3F800000);
            x = p.mul(bits.reinterpretAsFloats()).blend(zero, tiny);
            if (j + LANES > seen) {
                x = zero.blend(x, LANE.compare(VectorOperators.LT, (float) (seen - j)));
            }
            x.intoMemorySegment(memory, at + 4L * j, ORDER);
            total = x.add(total);
        }
        for (; j < count; j += LANES) {
            zero.intoMemorySegment(memory, at + 4L * j, ORDER);
        }
        total.intoMemorySegment(memory, sums, ORDER);
    }

    /** Runs the loops until C2 has compiled them, or long enough; on the way there they would slow down real work. */
    static void warm(boolean backward) {
        int count = Tiles.KEYS;
        long tile = Tiles.ROWS * Tiles.SCORES;
        long sums = 2 * tile;
        long tops = sums + 4L * Tiles.ROWS * LANES;
        try (Arena arena = Arena.ofShared()) {
            MemorySegment memory = arena.allocate(tops + 4L * count, 64);
            long end = System.nanoTime() + MOST_WARMING;
            boolean compiled = false;
            while (!compiled && System.nanoTime() < end) {
                long start = System.nanoTime();
                for (int i = 0; i < WARMING_CALLS; i++) {
                    int seen = count - i % (LANES + 3);
                    copy(memory, 20L * LANES, 20L * LANES, memory, 0, 20L * LANES, 8, 5 * LANES, 5 * LANES, 0.5f);
                    scale(memory, 0, 4L * LANES, tops, memory, 4L * LANES, 4L * LANES, 7, LANES);
                    if (backward) {
                        memory.set(FLOAT, tops, dot(memory, 0, tile, seen));
                        Scores.gradients(memory, 0, tile, seen, tops, tops);
                    } else {
                        Scores.maxima(memory, 0, seen, tops);
                        Scores.exponentials(memory, 0, seen, tops, sums);
                        finish(memory, tops, sums, Tiles.ROWS, memory, tops + 4L * Tiles.ROWS);
                    }
                }
                compiled = System.nanoTime() - start < WARMING_CALLS * COMPILED_NANOS;
            }
        }
    }
}
