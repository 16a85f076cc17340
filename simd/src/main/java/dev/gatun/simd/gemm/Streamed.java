package dev.gatun.simd.gemm;

import dev.gatun.graph.schedule.Motion;
import dev.gatun.simd.Kernel;
import dev.gatun.simd.Segments;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * Products of a few rows with a large B stored by rows, as in decoding one token: bound by reading B from memory. A task
 * owns some rows of B, reads them once, and adds up a partial C of its own; {@link StreamedSum} adds the partial ones.
 * Eight places of a task's rows are read at the same time, each from its first byte to its last, which keeps as many
 * prefetchers busy: one thread reads 30 GB/s so, 19 with eight neighbouring rows at a time, and 16 with blocks of columns,
 * of which each row starts anew on another page.
 *
 * <p>The order of additions does not depend on the number of rows of A: a row of C has the same bits alone and in a batch.
 */
final class Streamed implements Kernel {
    /** Most rows of A. */
    static final int ROWS = 8;
    /** Smaller matrices stay in the caches anyway. */
    private static final long LARGE = 1 << 17;
    private static final int MOST_TASKS = 16;
    /** Bytes of B in a task, about. */
    private static final long TASK = 1 << 18;
    /** Places of B read at the same time. */
    private static final int STREAMS = 8;
    /** Columns whose partial sums stay in the L1 cache, for one row of A. */
    private static final int COLUMNS = 4096;

    private final GemmShape shape;
    private final long aStart;
    private final long bStart;
    private final Motion aMotion;
    private final Motion bMotion;
    private final long partialBytes;
    private long aBytes;
    private long bBytes;
    private final int taskRows;

    Streamed(GemmShape shape, Operand a, Operand b, long partialBytes) {
        this.shape = shape;
        this.aStart = a.bytes()[0];
        this.bStart = b.bytes()[0];
        this.aMotion = a.motion();
        this.bMotion = b.motion();
        this.aBytes = aStart;
        this.bBytes = bStart;
        this.partialBytes = partialBytes;
        this.taskRows = taskRows(shape);
    }

    /** Whether a product is one to be streamed. */
    static boolean fits(GemmShape s) {
        return s.m() <= ROWS && !s.transposeA() && !s.transposeB() && s.n() >= Lanes.COUNT && 4L * s.k() * s.n() >= LARGE;
    }

    /** Whether a product is bound by reading B from memory, whichever way B is stored. */
    static boolean isBoundByMemory(GemmShape s) {
        return s.m() <= ROWS && !s.transposeA() && 4L * s.k() * s.n() >= LARGE;
    }

    private static int taskRows(GemmShape s) {
        int tasks = Integer.highestOneBit(Math.clamp(4L * s.k() * s.n() / TASK, 1, MOST_TASKS)); // even for few workers
        return Blocks.ceilDiv(Blocks.ceilDiv(s.k(), tasks), STREAMS) * STREAMS;
    }

    /** Partial sums: f32[parts, m, n]. */
    static int parts(GemmShape s) {
        return Blocks.ceilDiv(s.k(), taskRows(s));
    }

    /** Bytes of the partial sums. */
    static long workspaceBytes(GemmShape s) {
        return 4L * parts(s) * s.m() * s.n();
    }

    @Override
    public String name() {
        return "gemm.stream";
    }

    @Override
    public int tasks() {
        return parts(shape);
    }

    @Override
    public void move(int iteration) {
        aBytes = aStart + aMotion.at(iteration);
        bBytes = bStart + bMotion.at(iteration);
    }

    @Override
    public void run(MemorySegment memory, int task, MemorySegment scratch) {
        int first = task * taskRows;
        int end = Math.min(first + taskRows, shape.k());
        long row = 4L * shape.n();
        long partial = partialBytes + task * shape.m() * row;
        memory.asSlice(partial, shape.m() * row).fill((byte) 0);
        long lda = 4 * shape.lda();
        long ldb = 4 * shape.ldb();
        int length = (end - first) / STREAMS; // rows of each stream
        for (int p = first; p < first + length; p++) {
            for (int column = 0; column < shape.n(); column += COLUMNS) {
                int columns = Math.min(COLUMNS, shape.n() - column);
                step(memory, aBytes + 4L * p, bBytes + p * ldb + 4L * column, partial + 4L * column, length, columns);
            }
        }
        for (int p = first + STREAMS * length; p < end; p++) {
            for (int i = 0; i < shape.m(); i++) one(memory, aBytes + i * lda + 4L * p, bBytes + p * ldb, partial + i * row, shape.n());
        }
    }

    /** One row of B of each stream, for all rows of A. */
    private void step(MemorySegment memory, long a, long b, long c, int length, int columns) {
        long row = 4L * shape.n();
        long lda = 4 * shape.lda();
        long nextA = 4L * length;
        long nextB = 4L * length * shape.ldb();
        int i = 0;
        for (; i + 4 <= shape.m(); i += 4) {
            four(memory, a + i * lda, nextA, lda, b, nextB, c + i * row, row, columns);
            four(memory, a + i * lda + 4 * nextA, nextA, lda, b + 4 * nextB, nextB, c + i * row, row, columns);
        }
        for (; i < shape.m(); i++) eight(memory, a + i * lda, nextA, b, nextB, c + i * row, columns);
    }

    /** One row of C, one of B. */
    private static void one(MemorySegment memory, long a, long b, long c, int n) {
        memory = Segments.known(memory);
        float x = memory.get(Lanes.FLOAT, a);
        FloatVector v = FloatVector.broadcast(Lanes.F32, x);
        int whole = Lanes.F32.loopBound(n);
        int j = 0;
        for (; j < whole; j += Lanes.COUNT) {
            FloatVector sum = FloatVector.fromMemorySegment(Lanes.F32, memory, c + 4L * j, Lanes.ORDER);
            v.fma(FloatVector.fromMemorySegment(Lanes.F32, memory, b + 4L * j, Lanes.ORDER), sum)
                    .intoMemorySegment(memory, c + 4L * j, Lanes.ORDER);
        }
        for (; j < n; j++) add(memory, x, b + 4L * j, c + 4L * j);
    }

    private static void add(MemorySegment memory, float x, long b, long c) {
        memory.set(Lanes.FLOAT, c, Math.fma(x, memory.get(Lanes.FLOAT, b), memory.get(Lanes.FLOAT, c)));
    }

    /** One row of C, eight of B. */
    private static void eight(MemorySegment memory, long a, long nextA, long b, long nextB, long c, int n) {
        memory = Segments.known(memory);
        FloatVector x0 = FloatVector.broadcast(Lanes.F32, memory.get(Lanes.FLOAT, a));
        FloatVector x1 = FloatVector.broadcast(Lanes.F32, memory.get(Lanes.FLOAT, a + nextA));
        FloatVector x2 = FloatVector.broadcast(Lanes.F32, memory.get(Lanes.FLOAT, a + 2 * nextA));
        FloatVector x3 = FloatVector.broadcast(Lanes.F32, memory.get(Lanes.FLOAT, a + 3 * nextA));
        FloatVector x4 = FloatVector.broadcast(Lanes.F32, memory.get(Lanes.FLOAT, a + 4 * nextA));
        FloatVector x5 = FloatVector.broadcast(Lanes.F32, memory.get(Lanes.FLOAT, a + 5 * nextA));
        FloatVector x6 = FloatVector.broadcast(Lanes.F32, memory.get(Lanes.FLOAT, a + 6 * nextA));
        FloatVector x7 = FloatVector.broadcast(Lanes.F32, memory.get(Lanes.FLOAT, a + 7 * nextA));
        long b1 = b + nextB;
        long b2 = b1 + nextB;
        long b3 = b2 + nextB;
        long b4 = b3 + nextB;
        long b5 = b4 + nextB;
        long b6 = b5 + nextB;
        long b7 = b6 + nextB;
        int whole = Lanes.F32.loopBound(n);
        for (int j = 0; j < whole; j += Lanes.COUNT) {
            long at = 4L * j;
            FloatVector s = FloatVector.fromMemorySegment(Lanes.F32, memory, c + at, Lanes.ORDER);
            s = x0.fma(FloatVector.fromMemorySegment(Lanes.F32, memory, b + at, Lanes.ORDER), s);
            s = x1.fma(FloatVector.fromMemorySegment(Lanes.F32, memory, b1 + at, Lanes.ORDER), s);
            s = x2.fma(FloatVector.fromMemorySegment(Lanes.F32, memory, b2 + at, Lanes.ORDER), s);
            s = x3.fma(FloatVector.fromMemorySegment(Lanes.F32, memory, b3 + at, Lanes.ORDER), s);
            s = x4.fma(FloatVector.fromMemorySegment(Lanes.F32, memory, b4 + at, Lanes.ORDER), s);
            s = x5.fma(FloatVector.fromMemorySegment(Lanes.F32, memory, b5 + at, Lanes.ORDER), s);
            s = x6.fma(FloatVector.fromMemorySegment(Lanes.F32, memory, b6 + at, Lanes.ORDER), s);
            s = x7.fma(FloatVector.fromMemorySegment(Lanes.F32, memory, b7 + at, Lanes.ORDER), s);
            s.intoMemorySegment(memory, c + at, Lanes.ORDER);
        }
        tail(memory, a, nextA, b, nextB, c, whole, n, 8);
    }

    /** Four rows of C, four of B, which is thus loaded a fourth as often. */
    private static void four(MemorySegment memory, long a, long nextA, long lda, long b, long nextB, long c, long row, int n) {
        memory = Segments.known(memory);
        FloatVector x00 = FloatVector.broadcast(Lanes.F32, memory.get(Lanes.FLOAT, a));
        FloatVector x01 = FloatVector.broadcast(Lanes.F32, memory.get(Lanes.FLOAT, a + nextA));
        FloatVector x02 = FloatVector.broadcast(Lanes.F32, memory.get(Lanes.FLOAT, a + 2 * nextA));
        FloatVector x03 = FloatVector.broadcast(Lanes.F32, memory.get(Lanes.FLOAT, a + 3 * nextA));
        long a1 = a + lda;
        FloatVector x10 = FloatVector.broadcast(Lanes.F32, memory.get(Lanes.FLOAT, a1));
        FloatVector x11 = FloatVector.broadcast(Lanes.F32, memory.get(Lanes.FLOAT, a1 + nextA));
        FloatVector x12 = FloatVector.broadcast(Lanes.F32, memory.get(Lanes.FLOAT, a1 + 2 * nextA));
        FloatVector x13 = FloatVector.broadcast(Lanes.F32, memory.get(Lanes.FLOAT, a1 + 3 * nextA));
        long a2 = a1 + lda;
        FloatVector x20 = FloatVector.broadcast(Lanes.F32, memory.get(Lanes.FLOAT, a2));
        FloatVector x21 = FloatVector.broadcast(Lanes.F32, memory.get(Lanes.FLOAT, a2 + nextA));
        FloatVector x22 = FloatVector.broadcast(Lanes.F32, memory.get(Lanes.FLOAT, a2 + 2 * nextA));
        FloatVector x23 = FloatVector.broadcast(Lanes.F32, memory.get(Lanes.FLOAT, a2 + 3 * nextA));
        long a3 = a2 + lda;
        FloatVector x30 = FloatVector.broadcast(Lanes.F32, memory.get(Lanes.FLOAT, a3));
        FloatVector x31 = FloatVector.broadcast(Lanes.F32, memory.get(Lanes.FLOAT, a3 + nextA));
        FloatVector x32 = FloatVector.broadcast(Lanes.F32, memory.get(Lanes.FLOAT, a3 + 2 * nextA));
        FloatVector x33 = FloatVector.broadcast(Lanes.F32, memory.get(Lanes.FLOAT, a3 + 3 * nextA));
        int whole = Lanes.F32.loopBound(n);
        for (int j = 0; j < whole; j += Lanes.COUNT) {
            long at = b + 4L * j;
            long to = c + 4L * j;
            FloatVector b0 = FloatVector.fromMemorySegment(Lanes.F32, memory, at, Lanes.ORDER);
            FloatVector b1 = FloatVector.fromMemorySegment(Lanes.F32, memory, at + nextB, Lanes.ORDER);
            FloatVector b2 = FloatVector.fromMemorySegment(Lanes.F32, memory, at + 2 * nextB, Lanes.ORDER);
            FloatVector b3 = FloatVector.fromMemorySegment(Lanes.F32, memory, at + 3 * nextB, Lanes.ORDER);
            FloatVector s = FloatVector.fromMemorySegment(Lanes.F32, memory, to, Lanes.ORDER);
            x03.fma(b3, x02.fma(b2, x01.fma(b1, x00.fma(b0, s)))).intoMemorySegment(memory, to, Lanes.ORDER);
            s = FloatVector.fromMemorySegment(Lanes.F32, memory, to + row, Lanes.ORDER);
            x13.fma(b3, x12.fma(b2, x11.fma(b1, x10.fma(b0, s)))).intoMemorySegment(memory, to + row, Lanes.ORDER);
            s = FloatVector.fromMemorySegment(Lanes.F32, memory, to + 2 * row, Lanes.ORDER);
            x23.fma(b3, x22.fma(b2, x21.fma(b1, x20.fma(b0, s)))).intoMemorySegment(memory, to + 2 * row, Lanes.ORDER);
            s = FloatVector.fromMemorySegment(Lanes.F32, memory, to + 3 * row, Lanes.ORDER);
            x33.fma(b3, x32.fma(b2, x31.fma(b1, x30.fma(b0, s)))).intoMemorySegment(memory, to + 3 * row, Lanes.ORDER);
        }
        for (int i = 0; i < 4; i++) tail(memory, a + i * lda, nextA, b, nextB, c + i * row, whole, n, 4);
    }

    /** The last columns, fewer than a vector. */
    private static void tail(MemorySegment memory, long a, long nextA, long b, long nextB, long c, int from, int n, int steps) {
        memory = Segments.known(memory);
        for (int j = from; j < n; j++) {
            for (int p = 0; p < steps; p++) add(memory, memory.get(Lanes.FLOAT, a + p * nextA), b + p * nextB + 4L * j, c + 4L * j);
        }
    }
}
