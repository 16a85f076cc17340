package dev.gatun.simd.conv;

import dev.gatun.simd.Segments;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The transforms of Winograd's minimal filtering F(4x4, 3x3) (Lavin and Gray, "Fast algorithms for convolutional neural
 * networks", 2016), on vectors of channels: with {@code U = G g G'} of a kernel and {@code V = B' d B} of 6x6 places, the
 * 4x4 results are {@code A' (U * V) A}, 36 multiplications instead of 144. Each transform goes over columns into 36
 * vectors of scratch, and then over rows. The gradients are the same with the matrices transposed.
 *
 * <p>All offsets and steps are bytes. A point is one of the 36, row by row.
 */
final class WinogradMath {
    static final VectorSpecies<Float> F32 = FloatVector.SPECIES_PREFERRED;
    static final int POINTS = 36;
    /** Scratch of a transform. */
    static final long SCRATCH_BYTES = POINTS * 64L;

    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final long VECTOR = F32.vectorByteSize();
    private static final int LANES = F32.length();

    private WinogradMath() {}

    private static FloatVector load(MemorySegment m, long at) {
        return FloatVector.fromMemorySegment(F32, m, at, ORDER);
    }

    /** {@code B' d B}: 6x6 places {@code row} and {@code column} apart, to points {@code point} apart. */
    static void input(MemorySegment x, long at, long row, long column, int channels,
            MemorySegment s, long to, long point, long scratch) {
        x = Segments.known(x);
        s = Segments.known(s);
        FloatVector two = FloatVector.broadcast(F32, 2f);
        FloatVector four = FloatVector.broadcast(F32, 4f);
        FloatVector five = FloatVector.broadcast(F32, -5f);
        FloatVector minusFour = FloatVector.broadcast(F32, -4f);
        for (int c = 0; c < channels; c += LANES) {
            for (int j = 0; j < 6; j++) {
                long p = at + j * column + 4L * c;
                FloatVector d0 = load(x, p);
                FloatVector d1 = load(x, p + row);
                FloatVector d2 = load(x, p + 2 * row);
                FloatVector d3 = load(x, p + 3 * row);
                FloatVector d4 = load(x, p + 4 * row);
                FloatVector d5 = load(x, p + 5 * row);
                FloatVector even = minusFour.fma(d2, d4);
                FloatVector odd = minusFour.fma(d1, d3);
                FloatVector even2 = d4.sub(d2);
                FloatVector odd2 = d3.sub(d1);
                long q = scratch + j * VECTOR;
                four.fma(d0, five.fma(d2, d4)).intoMemorySegment(s, q, ORDER);
                even.add(odd).intoMemorySegment(s, q + 6 * VECTOR, ORDER);
                even.sub(odd).intoMemorySegment(s, q + 12 * VECTOR, ORDER);
                two.fma(odd2, even2).intoMemorySegment(s, q + 18 * VECTOR, ORDER);
                even2.sub(two.mul(odd2)).intoMemorySegment(s, q + 24 * VECTOR, ORDER);
                four.fma(d1, five.fma(d3, d5)).intoMemorySegment(s, q + 30 * VECTOR, ORDER);
            }
            for (int i = 0; i < 6; i++) {
                long p = scratch + i * 6 * VECTOR;
                FloatVector d0 = load(s, p);
                FloatVector d1 = load(s, p + VECTOR);
                FloatVector d2 = load(s, p + 2 * VECTOR);
                FloatVector d3 = load(s, p + 3 * VECTOR);
                FloatVector d4 = load(s, p + 4 * VECTOR);
                FloatVector d5 = load(s, p + 5 * VECTOR);
                FloatVector even = minusFour.fma(d2, d4);
                FloatVector odd = minusFour.fma(d1, d3);
                FloatVector even2 = d4.sub(d2);
                FloatVector odd2 = d3.sub(d1);
                long q = to + 4L * c + i * 6 * point;
                four.fma(d0, five.fma(d2, d4)).intoMemorySegment(s, q, ORDER);
                even.add(odd).intoMemorySegment(s, q + point, ORDER);
                even.sub(odd).intoMemorySegment(s, q + 2 * point, ORDER);
                two.fma(odd2, even2).intoMemorySegment(s, q + 3 * point, ORDER);
                even2.sub(two.mul(odd2)).intoMemorySegment(s, q + 4 * point, ORDER);
                four.fma(d1, five.fma(d3, d5)).intoMemorySegment(s, q + 5 * point, ORDER);
            }
        }
    }

    /** {@code A' m A}: points to at most 4x4 places. */
    static void output(MemorySegment s, long from, long point, int channels, long scratch,
            MemorySegment y, long at, long row, long column, int rows, int columns) {
        s = Segments.known(s);
        y = Segments.known(y);
        FloatVector two = FloatVector.broadcast(F32, 2f);
        FloatVector four = FloatVector.broadcast(F32, 4f);
        FloatVector eight = FloatVector.broadcast(F32, 8f);
        for (int c = 0; c < channels; c += LANES) {
            for (int j = 0; j < 6; j++) {
                long p = from + 4L * c + j * point;
                FloatVector m1 = load(s, p + 6 * point);
                FloatVector m2 = load(s, p + 12 * point);
                FloatVector m3 = load(s, p + 18 * point);
                FloatVector m4 = load(s, p + 24 * point);
                FloatVector sum1 = m1.add(m2);
                FloatVector difference1 = m1.sub(m2);
                FloatVector sum3 = m3.add(m4);
                FloatVector difference3 = m3.sub(m4);
                long q = scratch + j * VECTOR;
                load(s, p).add(sum1).add(sum3).intoMemorySegment(s, q, ORDER);
                two.fma(difference3, difference1).intoMemorySegment(s, q + 6 * VECTOR, ORDER);
                four.fma(sum3, sum1).intoMemorySegment(s, q + 12 * VECTOR, ORDER);
                eight.fma(difference3, difference1).add(load(s, p + 30 * point)).intoMemorySegment(s, q + 18 * VECTOR, ORDER);
            }
            for (int i = 0; i < rows; i++) {
                long p = scratch + i * 6 * VECTOR;
                FloatVector m1 = load(s, p + VECTOR);
                FloatVector m2 = load(s, p + 2 * VECTOR);
                FloatVector m3 = load(s, p + 3 * VECTOR);
                FloatVector m4 = load(s, p + 4 * VECTOR);
                FloatVector sum1 = m1.add(m2);
                FloatVector difference1 = m1.sub(m2);
                FloatVector sum3 = m3.add(m4);
                FloatVector difference3 = m3.sub(m4);
                long q = at + i * row + 4L * c;
                load(s, p).add(sum1).add(sum3).intoMemorySegment(y, q, ORDER);
                if (columns > 1) two.fma(difference3, difference1).intoMemorySegment(y, q + column, ORDER);
                if (columns > 2) four.fma(sum3, sum1).intoMemorySegment(y, q + 2 * column, ORDER);
                if (columns > 3) {
                    eight.fma(difference3, difference1).add(load(s, p + 5 * VECTOR)).intoMemorySegment(y, q + 3 * column, ORDER);
                }
            }
        }
    }

    /** {@code A y A'}: 4x4 places of a result's gradient to points. */
    static void outputGradient(MemorySegment y, long at, long row, long column, int channels,
            MemorySegment s, long to, long point, long scratch) {
        y = Segments.known(y);
        s = Segments.known(s);
        FloatVector two = FloatVector.broadcast(F32, 2f);
        FloatVector four = FloatVector.broadcast(F32, 4f);
        for (int c = 0; c < channels; c += LANES) {
            for (int j = 0; j < 4; j++) {
                long p = at + j * column + 4L * c;
                FloatVector y0 = load(y, p);
                FloatVector y1 = load(y, p + row);
                FloatVector y2 = load(y, p + 2 * row);
                FloatVector y3 = load(y, p + 3 * row);
                FloatVector even = y0.add(y2);
                FloatVector odd = y1.add(y3);
                FloatVector even2 = four.fma(y2, y0);
                FloatVector odd2 = two.mul(four.fma(y3, y1));
                long q = scratch + j * VECTOR;
                y0.intoMemorySegment(s, q, ORDER);
                even.add(odd).intoMemorySegment(s, q + 4 * VECTOR, ORDER);
                even.sub(odd).intoMemorySegment(s, q + 8 * VECTOR, ORDER);
                even2.add(odd2).intoMemorySegment(s, q + 12 * VECTOR, ORDER);
                even2.sub(odd2).intoMemorySegment(s, q + 16 * VECTOR, ORDER);
                y3.intoMemorySegment(s, q + 20 * VECTOR, ORDER);
            }
            for (int i = 0; i < 6; i++) {
                long p = scratch + i * 4 * VECTOR;
                FloatVector y0 = load(s, p);
                FloatVector y1 = load(s, p + VECTOR);
                FloatVector y2 = load(s, p + 2 * VECTOR);
                FloatVector y3 = load(s, p + 3 * VECTOR);
                FloatVector even = y0.add(y2);
                FloatVector odd = y1.add(y3);
                FloatVector even2 = four.fma(y2, y0);
                FloatVector odd2 = two.mul(four.fma(y3, y1));
                long q = to + 4L * c + i * 6 * point;
                y0.intoMemorySegment(s, q, ORDER);
                even.add(odd).intoMemorySegment(s, q + point, ORDER);
                even.sub(odd).intoMemorySegment(s, q + 2 * point, ORDER);
                even2.add(odd2).intoMemorySegment(s, q + 3 * point, ORDER);
                even2.sub(odd2).intoMemorySegment(s, q + 4 * point, ORDER);
                y3.intoMemorySegment(s, q + 5 * point, ORDER);
            }
        }
    }

    /**
     * {@code G g G'}: 3x3 kernel elements, {@code row} and {@code column} apart, to points; negative steps mirror the
     * kernel.
     */
    static void kernel(MemorySegment w, long at, long row, long column, int channels,
            MemorySegment u, long to, long point, MemorySegment s, long scratch) {
        w = Segments.known(w);
        u = Segments.known(u);
        s = Segments.known(s);
        FloatVector quarter = FloatVector.broadcast(F32, 1 / 4f);
        FloatVector sixth = FloatVector.broadcast(F32, -1 / 6f);
        FloatVector twelfth = FloatVector.broadcast(F32, 1 / 12f);
        FloatVector part = FloatVector.broadcast(F32, 1 / 24f);
        FloatVector four = FloatVector.broadcast(F32, 4f);
        for (int c = 0; c < channels; c += LANES) {
            for (int j = 0; j < 3; j++) {
                long p = at + j * column + 4L * c;
                FloatVector g0 = load(w, p);
                FloatVector g1 = load(w, p + row);
                FloatVector g2 = load(w, p + 2 * row);
                FloatVector even = sixth.mul(g0.add(g2));
                FloatVector odd = sixth.mul(g1);
                FloatVector even2 = part.mul(four.fma(g2, g0));
                FloatVector odd2 = twelfth.mul(g1);
                long q = scratch + j * VECTOR;
                quarter.mul(g0).intoMemorySegment(s, q, ORDER);
                even.add(odd).intoMemorySegment(s, q + 3 * VECTOR, ORDER);
                even.sub(odd).intoMemorySegment(s, q + 6 * VECTOR, ORDER);
                even2.add(odd2).intoMemorySegment(s, q + 9 * VECTOR, ORDER);
                even2.sub(odd2).intoMemorySegment(s, q + 12 * VECTOR, ORDER);
                g2.intoMemorySegment(s, q + 15 * VECTOR, ORDER);
            }
            for (int i = 0; i < 6; i++) {
                long p = scratch + i * 3 * VECTOR;
                FloatVector g0 = load(s, p);
                FloatVector g1 = load(s, p + VECTOR);
                FloatVector g2 = load(s, p + 2 * VECTOR);
                FloatVector even = sixth.mul(g0.add(g2));
                FloatVector odd = sixth.mul(g1);
                FloatVector even2 = part.mul(four.fma(g2, g0));
                FloatVector odd2 = twelfth.mul(g1);
                long q = to + 4L * c + i * 6 * point;
                quarter.mul(g0).intoMemorySegment(u, q, ORDER);
                even.add(odd).intoMemorySegment(u, q + point, ORDER);
                even.sub(odd).intoMemorySegment(u, q + 2 * point, ORDER);
                even2.add(odd2).intoMemorySegment(u, q + 3 * point, ORDER);
                even2.sub(odd2).intoMemorySegment(u, q + 4 * point, ORDER);
                g2.intoMemorySegment(u, q + 5 * point, ORDER);
            }
        }
    }

    /** {@code G' m G}: points to 3x3 elements of a kernel's gradient, {@code row} and {@code column} apart. */
    static void kernelGradient(MemorySegment s, long from, long point, int channels, long scratch,
            MemorySegment w, long at, long row, long column) {
        s = Segments.known(s);
        w = Segments.known(w);
        FloatVector quarter = FloatVector.broadcast(F32, 1 / 4f);
        FloatVector sixth = FloatVector.broadcast(F32, 1 / 6f);
        FloatVector half = FloatVector.broadcast(F32, 1 / 2f);
        for (int c = 0; c < channels; c += LANES) {
            for (int j = 0; j < 6; j++) {
                long p = from + 4L * c + j * point;
                FloatVector m1 = load(s, p + 6 * point);
                FloatVector m2 = load(s, p + 12 * point);
                FloatVector m3 = load(s, p + 18 * point);
                FloatVector m4 = load(s, p + 24 * point);
                FloatVector sum1 = m1.add(m2);
                FloatVector sum3 = m3.add(m4);
                FloatVector odd = half.fma(m3.sub(m4), m2.sub(m1));
                long q = scratch + j * VECTOR;
                // m0/4 - sum1/6 + sum3/24
                quarter.fma(load(s, p), sixth.mul(quarter.mul(sum3).sub(sum1))).intoMemorySegment(s, q, ORDER);
                sixth.mul(odd).intoMemorySegment(s, q + 6 * VECTOR, ORDER);
                sixth.fma(sum3.sub(sum1), load(s, p + 30 * point)).intoMemorySegment(s, q + 12 * VECTOR, ORDER);
            }
            for (int i = 0; i < 3; i++) {
                long p = scratch + i * 6 * VECTOR;
                FloatVector m1 = load(s, p + VECTOR);
                FloatVector m2 = load(s, p + 2 * VECTOR);
                FloatVector m3 = load(s, p + 3 * VECTOR);
                FloatVector m4 = load(s, p + 4 * VECTOR);
                FloatVector sum1 = m1.add(m2);
                FloatVector sum3 = m3.add(m4);
                FloatVector odd = half.fma(m3.sub(m4), m2.sub(m1));
                long q = at + i * row + 4L * c;
                quarter.fma(load(s, p), sixth.mul(quarter.mul(sum3).sub(sum1))).intoMemorySegment(w, q, ORDER);
                sixth.mul(odd).intoMemorySegment(w, q + column, ORDER);
                sixth.fma(sum3.sub(sum1), load(s, p + 5 * VECTOR)).intoMemorySegment(w, q + 2 * column, ORDER);
            }
        }
    }
}
