package dev.gatun.simd.gemm;

import dev.gatun.graph.schedule.Motion;
import dev.gatun.simd.Kernel;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * Products of a few rows with a large B stored by rows, as in decoding one token: bound by reading B from memory. A task
 * owns some rows of B, reads them once from the first byte to the last, and adds up a partial C of its own;
 * {@link StreamedSum} adds the partial ones. Reading blocks of columns instead reaches half the rate, since each row then
 * starts anew on another page (43 and 21 GB/s on two threads, 384 columns at a time).
 *
 * <p>A sum runs over the rows of B in ascending order, whatever the number of rows of A: a row of C has the same bits alone
 * and in a batch.
 */
final class Streamed implements Kernel {
    /** Most rows of A. */
    static final int ROWS = 8;
    /** Smaller matrices stay in the caches anyway. */
    private static final long LARGE = 1 << 17;
    private static final int MOST_TASKS = 16;
    /** Rows of B read side by side. */
    private static final int STEP = 8;
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
        int tasks = Math.clamp(4L * s.k() * s.n() / LARGE, 1, MOST_TASKS);
        return Blocks.ceilDiv(Blocks.ceilDiv(s.k(), tasks), STEP) * STEP;
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
        for (int p = first; p < end; p += STEP) {
            int steps = Math.min(STEP, end - p);
            for (int column = 0; column < shape.n(); column += COLUMNS) {
                int columns = Math.min(COLUMNS, shape.n() - column);
                long a = aBytes + 4L * p;
                long b = bBytes + p * ldb + 4L * column;
                long c = partial + 4L * column;
                if (steps < STEP) {
                    for (int s = 0; s < steps; s++) {
                        for (int i = 0; i < shape.m(); i++) one(memory, a + i * lda + 4L * s, b + s * ldb, c + i * row, columns);
                    }
                    continue;
                }
                int i = 0;
                for (; i + 4 <= shape.m(); i += 4) {
                    four(memory, a + i * lda, lda, b, ldb, c + i * row, row, columns);
                    four(memory, a + i * lda + 16, lda, b + 4 * ldb, ldb, c + i * row, row, columns);
                }
                for (; i < shape.m(); i++) eight(memory, a + i * lda, b, ldb, c + i * row, columns);
            }
        }
    }

    /** One row of C, one of B. */
    private static void one(MemorySegment memory, long a, long b, long c, int n) {
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
    private static void eight(MemorySegment memory, long a, long b, long ldb, long c, int n) {
        FloatVector x0 = FloatVector.broadcast(Lanes.F32, memory.get(Lanes.FLOAT, a));
        FloatVector x1 = FloatVector.broadcast(Lanes.F32, memory.get(Lanes.FLOAT, a + 4));
        FloatVector x2 = FloatVector.broadcast(Lanes.F32, memory.get(Lanes.FLOAT, a + 8));
        FloatVector x3 = FloatVector.broadcast(Lanes.F32, memory.get(Lanes.FLOAT, a + 12));
        FloatVector x4 = FloatVector.broadcast(Lanes.F32, memory.get(Lanes.FLOAT, a + 16));
        FloatVector x5 = FloatVector.broadcast(Lanes.F32, memory.get(Lanes.FLOAT, a + 20));
        FloatVector x6 = FloatVector.broadcast(Lanes.F32, memory.get(Lanes.FLOAT, a + 24));
        FloatVector x7 = FloatVector.broadcast(Lanes.F32, memory.get(Lanes.FLOAT, a + 28));
        long b1 = b + ldb;
        long b2 = b1 + ldb;
        long b3 = b2 + ldb;
        long b4 = b3 + ldb;
        long b5 = b4 + ldb;
        long b6 = b5 + ldb;
        long b7 = b6 + ldb;
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
        tail(memory, a, b, ldb, c, whole, n, 8);
    }

    /** Four rows of C, four of B, which is thus loaded a fourth as often. */
    private static void four(MemorySegment memory, long a, long lda, long b, long ldb, long c, long row, int n) {
        FloatVector x00 = FloatVector.broadcast(Lanes.F32, memory.get(Lanes.FLOAT, a));
        FloatVector x01 = FloatVector.broadcast(Lanes.F32, memory.get(Lanes.FLOAT, a + 4));
        FloatVector x02 = FloatVector.broadcast(Lanes.F32, memory.get(Lanes.FLOAT, a + 8));
        FloatVector x03 = FloatVector.broadcast(Lanes.F32, memory.get(Lanes.FLOAT, a + 12));
        long a1 = a + lda;
        FloatVector x10 = FloatVector.broadcast(Lanes.F32, memory.get(Lanes.FLOAT, a1));
        FloatVector x11 = FloatVector.broadcast(Lanes.F32, memory.get(Lanes.FLOAT, a1 + 4));
        FloatVector x12 = FloatVector.broadcast(Lanes.F32, memory.get(Lanes.FLOAT, a1 + 8));
        FloatVector x13 = FloatVector.broadcast(Lanes.F32, memory.get(Lanes.FLOAT, a1 + 12));
        long a2 = a1 + lda;
        FloatVector x20 = FloatVector.broadcast(Lanes.F32, memory.get(Lanes.FLOAT, a2));
        FloatVector x21 = FloatVector.broadcast(Lanes.F32, memory.get(Lanes.FLOAT, a2 + 4));
        FloatVector x22 = FloatVector.broadcast(Lanes.F32, memory.get(Lanes.FLOAT, a2 + 8));
        FloatVector x23 = FloatVector.broadcast(Lanes.F32, memory.get(Lanes.FLOAT, a2 + 12));
        long a3 = a2 + lda;
        FloatVector x30 = FloatVector.broadcast(Lanes.F32, memory.get(Lanes.FLOAT, a3));
        FloatVector x31 = FloatVector.broadcast(Lanes.F32, memory.get(Lanes.FLOAT, a3 + 4));
        FloatVector x32 = FloatVector.broadcast(Lanes.F32, memory.get(Lanes.FLOAT, a3 + 8));
        FloatVector x33 = FloatVector.broadcast(Lanes.F32, memory.get(Lanes.FLOAT, a3 + 12));
        int whole = Lanes.F32.loopBound(n);
        for (int j = 0; j < whole; j += Lanes.COUNT) {
            long at = b + 4L * j;
            long to = c + 4L * j;
            FloatVector b0 = FloatVector.fromMemorySegment(Lanes.F32, memory, at, Lanes.ORDER);
            FloatVector b1 = FloatVector.fromMemorySegment(Lanes.F32, memory, at + ldb, Lanes.ORDER);
            FloatVector b2 = FloatVector.fromMemorySegment(Lanes.F32, memory, at + 2 * ldb, Lanes.ORDER);
            FloatVector b3 = FloatVector.fromMemorySegment(Lanes.F32, memory, at + 3 * ldb, Lanes.ORDER);
            FloatVector s = FloatVector.fromMemorySegment(Lanes.F32, memory, to, Lanes.ORDER);
            x03.fma(b3, x02.fma(b2, x01.fma(b1, x00.fma(b0, s)))).intoMemorySegment(memory, to, Lanes.ORDER);
            s = FloatVector.fromMemorySegment(Lanes.F32, memory, to + row, Lanes.ORDER);
            x13.fma(b3, x12.fma(b2, x11.fma(b1, x10.fma(b0, s)))).intoMemorySegment(memory, to + row, Lanes.ORDER);
            s = FloatVector.fromMemorySegment(Lanes.F32, memory, to + 2 * row, Lanes.ORDER);
            x23.fma(b3, x22.fma(b2, x21.fma(b1, x20.fma(b0, s)))).intoMemorySegment(memory, to + 2 * row, Lanes.ORDER);
            s = FloatVector.fromMemorySegment(Lanes.F32, memory, to + 3 * row, Lanes.ORDER);
            x33.fma(b3, x32.fma(b2, x31.fma(b1, x30.fma(b0, s)))).intoMemorySegment(memory, to + 3 * row, Lanes.ORDER);
        }
        for (int i = 0; i < 4; i++) tail(memory, a + i * lda, b, ldb, c + i * row, whole, n, 4);
    }

    /** The last columns, fewer than a vector. */
    private static void tail(MemorySegment memory, long a, long b, long ldb, long c, int from, int n, int steps) {
        for (int j = from; j < n; j++) {
            for (int p = 0; p < steps; p++) add(memory, memory.get(Lanes.FLOAT, a + 4L * p), b + p * ldb + 4L * j, c + 4L * j);
        }
    }
}
