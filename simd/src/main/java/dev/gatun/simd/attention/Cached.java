package dev.gatun.simd.attention;

import dev.gatun.simd.Kernel;
import dev.gatun.simd.Segments;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;

/**
 * Attention of new queries over a cache. A task owns some queries of one head. A query reads the rows that it sees and no
 * more; its scores lie in scratch.
 */
final class Cached implements Kernel {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final int QUERIES = 16;

    private final CacheShape shape;
    private final Layout q;
    private final Layout keys;
    private final Layout values;
    private final Layout o;
    private final long slotBytes;
    private final long positionBytes;
    private final int blocks;
    // scratch: one query, sums of exponentials lane by lane, scores
    private final long sumsAt;
    private final long scoresAt;
    private final long scratch;

    Cached(CacheShape shape, Layout q, Layout keys, Layout values, Layout o, long slotBytes, long positionBytes) {
        this.shape = shape;
        this.q = q;
        this.keys = keys;
        this.values = values;
        this.o = o;
        this.slotBytes = slotBytes;
        this.positionBytes = positionBytes;
        this.blocks = Math.ceilDiv(shape.time(), QUERIES);
        this.sumsAt = whole(shape.headDim());
        this.scoresAt = sumsAt + 4L * Rows.LANES;
        this.scratch = scoresAt + whole(shape.rows());
    }

    private static long whole(int floats) {
        return 4L * Math.ceilDiv(floats, Rows.LANES) * Rows.LANES;
    }

    @Override
    public String name() {
        return "attention.cached";
    }

    @Override
    public int tasks() {
        return Math.multiplyExact(Math.multiplyExact(shape.n(), shape.heads()), blocks);
    }

    @Override
    public long scratchBytes() {
        return scratch;
    }

    @Override
    public void run(MemorySegment memory, int task, MemorySegment scratch) {
        int block = task % blocks;
        int head = task / blocks % shape.heads();
        int i = task / blocks / shape.heads();
        int slot = checked("slot", memory.get(INT, slotBytes + 4L * i), shape.slots());
        int position = checked("position", memory.get(INT, positionBytes + 4L * i), shape.rows() - shape.time() + 1);
        int keyHead = head / (shape.heads() / shape.keyHeads());
        long k = keys.at(slot, keyHead, 0);
        long v = values.at(slot, keyHead, 0);
        float factor = (float) (1 / Math.sqrt(shape.headDim()) / Forward.LN_2);
        int end = Math.min(shape.time(), (block + 1) * QUERIES);
        for (int t = block * QUERIES; t < end; t++) {
            int seen = position + t + 1;
            Rows.copy(memory, q.at(i, head, t), 0, scratch, 0, 0, 1, shape.headDim(), shape.headDim(), factor);
            scores(scratch, memory, k, keys.timeBytes(), seen, shape.headDim(), scoresAt);
            float top = Rows.max(scratch, scoresAt, seen, Float.NEGATIVE_INFINITY);
            scratch.asSlice(sumsAt, 4L * Rows.LANES).fill((byte) 0);
            Rows.exponentials(scratch, scoresAt, seen, seen, top, sumsAt);
            float total = Rows.sum(FloatVector.fromMemorySegment(Rows.F32, scratch, sumsAt, Rows.ORDER));
            weigh(scratch, scoresAt, memory, v, values.timeBytes(), seen, shape.headDim(), 1 / total, o.at(i, head, t));
        }
    }

    private static int checked(String what, int value, int bound) {
        if (value < 0 || value >= bound) {
            throw new IndexOutOfBoundsException("Attention: " + what + " " + value + " does not lie in 0.." + (bound - 1));
        }
        return value;
    }

    /** Products of the query at the start of scratch with each of {@code count} keys. */
    private static void scores(MemorySegment scratch, MemorySegment memory, long k, long stride, int count, int width, long to) {
        if (count < 4) {
            for (int j = 0; j < count; j++) one(scratch, memory, k + j * stride, width, to + 4L * j);
            return;
        }
        for (int j = 0; j < count; j += 4) {
            int first = Math.min(j, count - 4); // the last four overlap those before
            four(scratch, memory, k + first * stride, stride, width, to + 4L * first);
        }
    }

    private static void one(MemorySegment scratch, MemorySegment memory, long k, int width, long to) {
        scratch = Segments.known(scratch);
        memory = Segments.known(memory);
        FloatVector s = FloatVector.zero(Rows.F32);
        int whole = Rows.F32.loopBound(width);
        for (int d = 0; d < whole; d += Rows.LANES) {
            s = FloatVector.fromMemorySegment(Rows.F32, scratch, 4L * d, Rows.ORDER)
                    .fma(FloatVector.fromMemorySegment(Rows.F32, memory, k + 4L * d, Rows.ORDER), s);
        }
        scratch.set(Rows.FLOAT, to, tail(scratch, memory, k, whole, width, Rows.sum(s)));
    }

    /** Four keys at once, so that additions overlap and the query is loaded a fourth as often. */
    private static void four(MemorySegment scratch, MemorySegment memory, long k0, long stride, int width, long to) {
        scratch = Segments.known(scratch);
        memory = Segments.known(memory);
        long k1 = k0 + stride;
        long k2 = k1 + stride;
        long k3 = k2 + stride;
        FloatVector s0 = FloatVector.zero(Rows.F32);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        int whole = Rows.F32.loopBound(width);
        for (int d = 0; d < whole; d += Rows.LANES) {
            FloatVector x = FloatVector.fromMemorySegment(Rows.F32, scratch, 4L * d, Rows.ORDER);
            s0 = x.fma(FloatVector.fromMemorySegment(Rows.F32, memory, k0 + 4L * d, Rows.ORDER), s0);
            s1 = x.fma(FloatVector.fromMemorySegment(Rows.F32, memory, k1 + 4L * d, Rows.ORDER), s1);
            s2 = x.fma(FloatVector.fromMemorySegment(Rows.F32, memory, k2 + 4L * d, Rows.ORDER), s2);
            s3 = x.fma(FloatVector.fromMemorySegment(Rows.F32, memory, k3 + 4L * d, Rows.ORDER), s3);
        }
        scratch.set(Rows.FLOAT, to, tail(scratch, memory, k0, whole, width, Rows.sum(s0)));
        scratch.set(Rows.FLOAT, to + 4, tail(scratch, memory, k1, whole, width, Rows.sum(s1)));
        scratch.set(Rows.FLOAT, to + 8, tail(scratch, memory, k2, whole, width, Rows.sum(s2)));
        scratch.set(Rows.FLOAT, to + 12, tail(scratch, memory, k3, whole, width, Rows.sum(s3)));
    }

    private static float tail(MemorySegment scratch, MemorySegment memory, long k, int from, int width, float start) {
        scratch = Segments.known(scratch);
        memory = Segments.known(memory);
        float sum = start;
        for (int d = from; d < width; d++) sum = Math.fma(scratch.get(Rows.FLOAT, 4L * d), memory.get(Rows.FLOAT, k + 4L * d), sum);
        return sum;
    }

    /** {@code o = factor * sum over j of p[j] * values[j]}, four vectors of columns at a time. */
    private static void weigh(MemorySegment scratch, long p, MemorySegment memory, long v, long stride, int count, int width,
            float factor, long o) {
        scratch = Segments.known(scratch);
        memory = Segments.known(memory);
        int d = 0;
        for (; d + 4 * Rows.LANES <= width; d += 4 * Rows.LANES) {
            FloatVector s0 = FloatVector.zero(Rows.F32);
            FloatVector s1 = s0;
            FloatVector s2 = s0;
            FloatVector s3 = s0;
            long at = v + 4L * d;
            for (int j = 0; j < count; j++) {
                FloatVector x = FloatVector.broadcast(Rows.F32, scratch.get(Rows.FLOAT, p + 4L * j));
                s0 = x.fma(FloatVector.fromMemorySegment(Rows.F32, memory, at, Rows.ORDER), s0);
                s1 = x.fma(FloatVector.fromMemorySegment(Rows.F32, memory, at + 4L * Rows.LANES, Rows.ORDER), s1);
                s2 = x.fma(FloatVector.fromMemorySegment(Rows.F32, memory, at + 8L * Rows.LANES, Rows.ORDER), s2);
                s3 = x.fma(FloatVector.fromMemorySegment(Rows.F32, memory, at + 12L * Rows.LANES, Rows.ORDER), s3);
                at += stride;
            }
            long to = o + 4L * d;
            s0.mul(factor).intoMemorySegment(memory, to, Rows.ORDER);
            s1.mul(factor).intoMemorySegment(memory, to + 4L * Rows.LANES, Rows.ORDER);
            s2.mul(factor).intoMemorySegment(memory, to + 8L * Rows.LANES, Rows.ORDER);
            s3.mul(factor).intoMemorySegment(memory, to + 12L * Rows.LANES, Rows.ORDER);
        }
        for (; d + Rows.LANES <= width; d += Rows.LANES) {
            FloatVector s = FloatVector.zero(Rows.F32);
            for (int j = 0; j < count; j++) {
                s = FloatVector.fromMemorySegment(Rows.F32, memory, v + j * stride + 4L * d, Rows.ORDER)
                        .fma(FloatVector.broadcast(Rows.F32, scratch.get(Rows.FLOAT, p + 4L * j)), s);
            }
            s.mul(factor).intoMemorySegment(memory, o + 4L * d, Rows.ORDER);
        }
        for (; d < width; d++) {
            float s = 0;
            for (int j = 0; j < count; j++) {
                s = Math.fma(scratch.get(Rows.FLOAT, p + 4L * j), memory.get(Rows.FLOAT, v + j * stride + 4L * d), s);
            }
            memory.set(Rows.FLOAT, o + 4L * d, s * factor);
        }
    }
}
