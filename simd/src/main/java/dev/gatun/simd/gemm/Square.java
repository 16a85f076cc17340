package dev.gatun.simd.gemm;

import dev.gatun.simd.Segments;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Transposes 16 x 16 floats in registers: in four steps, rows 8, 4, 2 and 1 apart trade the blocks off the diagonal. The
 * steps stand one below the other because a loop over vectors in an array would keep them in memory.
 */
final class Square {
    /** Rows and columns; machines with other vectors do without. */
    static final int SIDE = 16;

    private static final VectorSpecies<Integer> I32 = IntVector.SPECIES_512;
    private static final IntVector LOW_8 = low(8);
    private static final IntVector HIGH_8 = high(8);
    private static final IntVector LOW_4 = low(4);
    private static final IntVector HIGH_4 = high(4);
    private static final IntVector LOW_2 = low(2);
    private static final IntVector HIGH_2 = high(2);
    private static final IntVector LOW_1 = low(1);
    private static final IntVector HIGH_1 = high(1);

    private Square() {}

    /** For the upper of two rows: what stands on the diagonal, and the lower row's block from before it. */
    private static IntVector low(int distance) {
        return lanes(distance, 0, SIDE - distance);
    }

    /** For the lower of two rows: the upper row's block from behind the diagonal, and what stands on it. */
    private static IntVector high(int distance) {
        return lanes(distance, distance, SIDE);
    }

    private static IntVector lanes(int distance, int even, int odd) {
        int[] lanes = new int[SIDE];
        for (int i = 0; i < SIDE; i++) {
            lanes[i] = i + ((i & distance) == 0 ? even : odd);
        }
        return IntVector.fromArray(I32, lanes, 0);
    }

    /**
     * {@code to[j][i] = from[i][j]}; strides are bytes. All 16 floats of a row of {@code to} are written, the lowest row
     * first; those from {@code rows} on are copies of others.
     *
     * @param rows rows of {@code from} that there are, 1 to 16
     */
    static void transpose(MemorySegment source, long from, long row, int rows, MemorySegment target, long to, long toRow) {
        source = Segments.known(source);
        target = Segments.known(target);
        int last = rows - 1;
        IntVector low8 = LOW_8;
        IntVector high8 = HIGH_8;
        IntVector low4 = LOW_4;
        IntVector high4 = HIGH_4;
        IntVector low2 = LOW_2;
        IntVector high2 = HIGH_2;
        IntVector low1 = LOW_1;
        IntVector high1 = HIGH_1;
        IntVector a0 = IntVector.fromMemorySegment(I32, source, from, Lanes.ORDER);
        IntVector a1 = IntVector.fromMemorySegment(I32, source, from + Math.min(1, last) * row, Lanes.ORDER);
        IntVector a2 = IntVector.fromMemorySegment(I32, source, from + Math.min(2, last) * row, Lanes.ORDER);
        IntVector a3 = IntVector.fromMemorySegment(I32, source, from + Math.min(3, last) * row, Lanes.ORDER);
        IntVector a4 = IntVector.fromMemorySegment(I32, source, from + Math.min(4, last) * row, Lanes.ORDER);
        IntVector a5 = IntVector.fromMemorySegment(I32, source, from + Math.min(5, last) * row, Lanes.ORDER);
        IntVector a6 = IntVector.fromMemorySegment(I32, source, from + Math.min(6, last) * row, Lanes.ORDER);
        IntVector a7 = IntVector.fromMemorySegment(I32, source, from + Math.min(7, last) * row, Lanes.ORDER);
        IntVector a8 = IntVector.fromMemorySegment(I32, source, from + Math.min(8, last) * row, Lanes.ORDER);
        IntVector a9 = IntVector.fromMemorySegment(I32, source, from + Math.min(9, last) * row, Lanes.ORDER);
        IntVector a10 = IntVector.fromMemorySegment(I32, source, from + Math.min(10, last) * row, Lanes.ORDER);
        IntVector a11 = IntVector.fromMemorySegment(I32, source, from + Math.min(11, last) * row, Lanes.ORDER);
        IntVector a12 = IntVector.fromMemorySegment(I32, source, from + Math.min(12, last) * row, Lanes.ORDER);
        IntVector a13 = IntVector.fromMemorySegment(I32, source, from + Math.min(13, last) * row, Lanes.ORDER);
        IntVector a14 = IntVector.fromMemorySegment(I32, source, from + Math.min(14, last) * row, Lanes.ORDER);
        IntVector a15 = IntVector.fromMemorySegment(I32, source, from + Math.min(15, last) * row, Lanes.ORDER);

        // rows 8 apart trade blocks of 8 columns
        IntVector b0 = low8.selectFrom(a0, a8);
        IntVector b8 = high8.selectFrom(a0, a8);
        IntVector b1 = low8.selectFrom(a1, a9);
        IntVector b9 = high8.selectFrom(a1, a9);
        IntVector b2 = low8.selectFrom(a2, a10);
        IntVector b10 = high8.selectFrom(a2, a10);
        IntVector b3 = low8.selectFrom(a3, a11);
        IntVector b11 = high8.selectFrom(a3, a11);
        IntVector b4 = low8.selectFrom(a4, a12);
        IntVector b12 = high8.selectFrom(a4, a12);
        IntVector b5 = low8.selectFrom(a5, a13);
        IntVector b13 = high8.selectFrom(a5, a13);
        IntVector b6 = low8.selectFrom(a6, a14);
        IntVector b14 = high8.selectFrom(a6, a14);
        IntVector b7 = low8.selectFrom(a7, a15);
        IntVector b15 = high8.selectFrom(a7, a15);

        // rows 4 apart trade blocks of 4 columns
        IntVector c0 = low4.selectFrom(b0, b4);
        IntVector c4 = high4.selectFrom(b0, b4);
        IntVector c1 = low4.selectFrom(b1, b5);
        IntVector c5 = high4.selectFrom(b1, b5);
        IntVector c2 = low4.selectFrom(b2, b6);
        IntVector c6 = high4.selectFrom(b2, b6);
        IntVector c3 = low4.selectFrom(b3, b7);
        IntVector c7 = high4.selectFrom(b3, b7);
        IntVector c8 = low4.selectFrom(b8, b12);
        IntVector c12 = high4.selectFrom(b8, b12);
        IntVector c9 = low4.selectFrom(b9, b13);
        IntVector c13 = high4.selectFrom(b9, b13);
        IntVector c10 = low4.selectFrom(b10, b14);
        IntVector c14 = high4.selectFrom(b10, b14);
        IntVector c11 = low4.selectFrom(b11, b15);
        IntVector c15 = high4.selectFrom(b11, b15);

        // rows 2 apart trade blocks of 2 columns
        IntVector d0 = low2.selectFrom(c0, c2);
        IntVector d2 = high2.selectFrom(c0, c2);
        IntVector d1 = low2.selectFrom(c1, c3);
        IntVector d3 = high2.selectFrom(c1, c3);
        IntVector d4 = low2.selectFrom(c4, c6);
        IntVector d6 = high2.selectFrom(c4, c6);
        IntVector d5 = low2.selectFrom(c5, c7);
        IntVector d7 = high2.selectFrom(c5, c7);
        IntVector d8 = low2.selectFrom(c8, c10);
        IntVector d10 = high2.selectFrom(c8, c10);
        IntVector d9 = low2.selectFrom(c9, c11);
        IntVector d11 = high2.selectFrom(c9, c11);
        IntVector d12 = low2.selectFrom(c12, c14);
        IntVector d14 = high2.selectFrom(c12, c14);
        IntVector d13 = low2.selectFrom(c13, c15);
        IntVector d15 = high2.selectFrom(c13, c15);

        // neighbours trade every other column
        IntVector e0 = low1.selectFrom(d0, d1);
        IntVector e1 = high1.selectFrom(d0, d1);
        IntVector e2 = low1.selectFrom(d2, d3);
        IntVector e3 = high1.selectFrom(d2, d3);
        IntVector e4 = low1.selectFrom(d4, d5);
        IntVector e5 = high1.selectFrom(d4, d5);
        IntVector e6 = low1.selectFrom(d6, d7);
        IntVector e7 = high1.selectFrom(d6, d7);
        IntVector e8 = low1.selectFrom(d8, d9);
        IntVector e9 = high1.selectFrom(d8, d9);
        IntVector e10 = low1.selectFrom(d10, d11);
        IntVector e11 = high1.selectFrom(d10, d11);
        IntVector e12 = low1.selectFrom(d12, d13);
        IntVector e13 = high1.selectFrom(d12, d13);
        IntVector e14 = low1.selectFrom(d14, d15);
        IntVector e15 = high1.selectFrom(d14, d15);

        e0.intoMemorySegment(target, to, Lanes.ORDER);
        e1.intoMemorySegment(target, to + toRow, Lanes.ORDER);
        e2.intoMemorySegment(target, to + 2 * toRow, Lanes.ORDER);
        e3.intoMemorySegment(target, to + 3 * toRow, Lanes.ORDER);
        e4.intoMemorySegment(target, to + 4 * toRow, Lanes.ORDER);
        e5.intoMemorySegment(target, to + 5 * toRow, Lanes.ORDER);
        e6.intoMemorySegment(target, to + 6 * toRow, Lanes.ORDER);
        e7.intoMemorySegment(target, to + 7 * toRow, Lanes.ORDER);
        e8.intoMemorySegment(target, to + 8 * toRow, Lanes.ORDER);
        e9.intoMemorySegment(target, to + 9 * toRow, Lanes.ORDER);
        e10.intoMemorySegment(target, to + 10 * toRow, Lanes.ORDER);
        e11.intoMemorySegment(target, to + 11 * toRow, Lanes.ORDER);
        e12.intoMemorySegment(target, to + 12 * toRow, Lanes.ORDER);
        e13.intoMemorySegment(target, to + 13 * toRow, Lanes.ORDER);
        e14.intoMemorySegment(target, to + 14 * toRow, Lanes.ORDER);
        e15.intoMemorySegment(target, to + 15 * toRow, Lanes.ORDER);
    }
}
