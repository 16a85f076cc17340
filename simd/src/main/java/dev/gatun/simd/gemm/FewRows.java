package dev.gatun.simd.gemm;

import dev.gatun.graph.schedule.Motion;
import dev.gatun.simd.Kernel;
import dev.gatun.simd.Segments;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/** Products of a few rows: bound by reading B, which stays where it is. A task owns some columns of C. */
final class FewRows implements Kernel {
    /** Vectors of columns summed at once when B is stored by rows. */
    private static final int WIDE = 8;
    /** Columns of a task. */
    private static final int COLUMNS = WIDE * Lanes.COUNT;

    private final GemmShape shape;
    private final long[] aBytes;
    private final long[] bBytes;
    private final long[] cBytes;
    private final boolean accumulate;
    private final int columnBlocks;

    private final Motion aMotion;
    private final Motion bMotion;
    private final Motion cMotion;
    private long aMoved;
    private long bMoved;
    private long cMoved;

    FewRows(GemmShape shape, Operand a, Operand b, Operand c, boolean accumulate) {
        this.shape = shape;
        this.aBytes = a.bytes();
        this.bBytes = b.bytes();
        this.cBytes = c.bytes();
        this.aMotion = a.motion();
        this.bMotion = b.motion();
        this.cMotion = c.motion();
        this.accumulate = accumulate;
        this.columnBlocks = Blocks.ceilDiv(shape.n(), COLUMNS);
    }

    @Override
    public String name() {
        return "gemm.rows";
    }

    @Override
    public int tasks() {
        return Math.multiplyExact(aBytes.length, columnBlocks);
    }

    @Override
    public long scratchBytes() {
        return shape.transposeA() ? 4L * shape.k() : 0;
    }

    @Override
    public void move(int iteration) {
        aMoved = aMotion.at(iteration);
        bMoved = bMotion.at(iteration);
        cMoved = cMotion.at(iteration);
    }

    @Override
    public void run(MemorySegment memory, int task, MemorySegment scratch) {
        int product = task / columnBlocks;
        int column = task % columnBlocks * COLUMNS;
        int columns = Math.min(COLUMNS, shape.n() - column);
        if (shape.transposeB() && !shape.transposeA()) {
            allDots(memory, product, column, columns);
            return;
        }
        for (int i = 0; i < shape.m(); i++) {
            MemorySegment a = memory;
            long aAt = aBytes[product] + aMoved + 4 * i * shape.lda();
            if (shape.transposeA()) {
                gather(memory, aBytes[product] + aMoved + 4L * i, scratch);
                a = scratch;
                aAt = 0;
            }
            long c = cBytes[product] + cMoved + 4 * (i * shape.ldc() + column);
            if (shape.transposeB()) {
                dots(memory, a, aAt, bBytes[product] + bMoved + 4 * (column * shape.ldb()), c, columns);
            } else {
                sums(memory, a, aAt, bBytes[product] + bMoved + 4L * column, c, columns);
            }
        }
    }

    private void gather(MemorySegment memory, long from, MemorySegment scratch) {
        memory = Segments.known(memory);
        scratch = Segments.known(scratch);
        for (int p = 0; p < shape.k(); p++) {
            scratch.set(Lanes.FLOAT, 4L * p, memory.get(Lanes.FLOAT, from + 4 * p * shape.lda()));
        }
    }

    /** B stored [k, n]: {@code c[columns] = sum over p of a[p] * B[p, columns]}. */
    private void sums(MemorySegment memory, MemorySegment a, long aAt, long bAt, long cAt, int columns) {
        memory = Segments.known(memory);
        a = Segments.known(a);
        int j = 0;
        if (columns == COLUMNS) {
            wide(memory, a, aAt, bAt, cAt);
            return;
        }
        for (; j + Lanes.COUNT <= columns; j += Lanes.COUNT) {
            FloatVector sum = FloatVector.zero(Lanes.F32);
            long b = bAt + 4L * j;
            for (int p = 0; p < shape.k(); p++) {
                sum = FloatVector.broadcast(Lanes.F32, a.get(Lanes.FLOAT, aAt + 4L * p))
                        .fma(FloatVector.fromMemorySegment(Lanes.F32, memory, b, Lanes.ORDER), sum);
                b += 4 * shape.ldb();
            }
            put(memory, cAt + 4L * j, sum);
        }
        for (; j < columns; j++) {
            float sum = 0;
            long b = bAt + 4L * j;
            for (int p = 0; p < shape.k(); p++) {
                sum = Math.fma(a.get(Lanes.FLOAT, aAt + 4L * p), memory.get(Lanes.FLOAT, b), sum);
                b += 4 * shape.ldb();
            }
            put(memory, cAt + 4L * j, sum);
        }
    }

    private void wide(MemorySegment memory, MemorySegment a, long aAt, long bAt, long cAt) {
        memory = Segments.known(memory);
        a = Segments.known(a);
        FloatVector c0 = FloatVector.zero(Lanes.F32);
        FloatVector c1 = c0;
        FloatVector c2 = c0;
        FloatVector c3 = c0;
        FloatVector c4 = c0;
        FloatVector c5 = c0;
        FloatVector c6 = c0;
        FloatVector c7 = c0;
        long b = bAt;
        long row = 4 * shape.ldb();
        int k = shape.k();
        for (int p = 0; p < k; p++) {
            FloatVector x = FloatVector.broadcast(Lanes.F32, a.get(Lanes.FLOAT, aAt + 4L * p));
            c0 = x.fma(FloatVector.fromMemorySegment(Lanes.F32, memory, b, Lanes.ORDER), c0);
            c1 = x.fma(FloatVector.fromMemorySegment(Lanes.F32, memory, b + Lanes.BYTES, Lanes.ORDER), c1);
            c2 = x.fma(FloatVector.fromMemorySegment(Lanes.F32, memory, b + 2 * Lanes.BYTES, Lanes.ORDER), c2);
            c3 = x.fma(FloatVector.fromMemorySegment(Lanes.F32, memory, b + 3 * Lanes.BYTES, Lanes.ORDER), c3);
            c4 = x.fma(FloatVector.fromMemorySegment(Lanes.F32, memory, b + 4 * Lanes.BYTES, Lanes.ORDER), c4);
            c5 = x.fma(FloatVector.fromMemorySegment(Lanes.F32, memory, b + 5 * Lanes.BYTES, Lanes.ORDER), c5);
            c6 = x.fma(FloatVector.fromMemorySegment(Lanes.F32, memory, b + 6 * Lanes.BYTES, Lanes.ORDER), c6);
            c7 = x.fma(FloatVector.fromMemorySegment(Lanes.F32, memory, b + 7 * Lanes.BYTES, Lanes.ORDER), c7);
            b += row;
        }
        put(memory, cAt, c0);
        put(memory, cAt + Lanes.BYTES, c1);
        put(memory, cAt + 2 * Lanes.BYTES, c2);
        put(memory, cAt + 3 * Lanes.BYTES, c3);
        put(memory, cAt + 4 * Lanes.BYTES, c4);
        put(memory, cAt + 5 * Lanes.BYTES, c5);
        put(memory, cAt + 6 * Lanes.BYTES, c6);
        put(memory, cAt + 7 * Lanes.BYTES, c7);
    }

    /** Each row of A with a few rows of B while these are in the L1 cache. */
    private void allDots(MemorySegment memory, int product, int column, int columns) {
        for (int j = 0; j < columns; j += 4) {
            for (int i = 0; i < shape.m(); i++) {
                dots(memory, memory, aBytes[product] + aMoved + 4 * i * shape.lda(), bBytes[product] + bMoved + 4 * ((column + j) * shape.ldb()),
                        cBytes[product] + cMoved + 4 * (i * shape.ldc() + column + j), Math.min(4, columns - j));
            }
        }
    }

    /** B stored [n, k]: each column of C is the dot product of two rows. */
    private void dots(MemorySegment memory, MemorySegment a, long aAt, long bAt, long cAt, int columns) {
        memory = Segments.known(memory);
        a = Segments.known(a);
        long row = 4 * shape.ldb();
        int j = 0;
        for (; j + 4 <= columns; j += 4) {
            fourDots(memory, a, aAt, bAt + j * row, cAt + 4L * j);
        }
        for (; j < columns; j++) {
            long b = bAt + j * row;
            FloatVector sum = FloatVector.zero(Lanes.F32);
            int p = 0;
            for (; p + Lanes.COUNT <= shape.k(); p += Lanes.COUNT) {
                sum = FloatVector.fromMemorySegment(Lanes.F32, a, aAt + 4L * p, Lanes.ORDER)
                        .fma(FloatVector.fromMemorySegment(Lanes.F32, memory, b + 4L * p, Lanes.ORDER), sum);
            }
            put(memory, cAt + 4L * j, tail(memory, a, aAt, b, p, Lanes.sum(sum)));
        }
    }

    /** Four rows of B at once, so that additions overlap and a is loaded a fourth as often. */
    private void fourDots(MemorySegment memory, MemorySegment a, long aAt, long b0, long cAt) {
        memory = Segments.known(memory);
        a = Segments.known(a);
        long row = 4 * shape.ldb();
        long b1 = b0 + row;
        long b2 = b1 + row;
        long b3 = b2 + row;
        FloatVector s0 = FloatVector.zero(Lanes.F32);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        int whole = Lanes.F32.loopBound(shape.k());
        for (int p = 0; p < whole; p += Lanes.COUNT) {
            FloatVector x = FloatVector.fromMemorySegment(Lanes.F32, a, aAt + 4L * p, Lanes.ORDER);
            s0 = x.fma(FloatVector.fromMemorySegment(Lanes.F32, memory, b0 + 4L * p, Lanes.ORDER), s0);
            s1 = x.fma(FloatVector.fromMemorySegment(Lanes.F32, memory, b1 + 4L * p, Lanes.ORDER), s1);
            s2 = x.fma(FloatVector.fromMemorySegment(Lanes.F32, memory, b2 + 4L * p, Lanes.ORDER), s2);
            s3 = x.fma(FloatVector.fromMemorySegment(Lanes.F32, memory, b3 + 4L * p, Lanes.ORDER), s3);
        }
        put(memory, cAt, tail(memory, a, aAt, b0, whole, Lanes.sum(s0)));
        put(memory, cAt + 4, tail(memory, a, aAt, b1, whole, Lanes.sum(s1)));
        put(memory, cAt + 8, tail(memory, a, aAt, b2, whole, Lanes.sum(s2)));
        put(memory, cAt + 12, tail(memory, a, aAt, b3, whole, Lanes.sum(s3)));
    }

    private float tail(MemorySegment memory, MemorySegment a, long aAt, long bAt, int from, float start) {
        float sum = start;
        for (int p = from; p < shape.k(); p++) {
            sum = Math.fma(a.get(Lanes.FLOAT, aAt + 4L * p), memory.get(Lanes.FLOAT, bAt + 4L * p), sum);
        }
        return sum;
    }

    private void put(MemorySegment memory, long at, FloatVector sum) {
        FloatVector all =
                accumulate ? sum.add(FloatVector.fromMemorySegment(Lanes.F32, memory, at, Lanes.ORDER)) : sum;
        all.intoMemorySegment(memory, at, Lanes.ORDER);
    }

    private void put(MemorySegment memory, long at, float sum) {
        memory.set(Lanes.FLOAT, at, accumulate ? memory.get(Lanes.FLOAT, at) + sum : sum);
    }
}
