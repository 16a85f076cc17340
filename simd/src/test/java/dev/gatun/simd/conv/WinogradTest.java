package dev.gatun.simd.conv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.gatun.simd.Kernel;
import dev.gatun.simd.gemm.MicroKernels;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WinogradTest {
    private static final MicroKernels MICRO = new MicroKernels();
    private static final long X = 0;
    private static final long W = 4 << 20;
    private static final long Y = 8 << 20;
    private static final long WORKSPACE = 12 << 20;

    private final Winograd winograd = new Winograd(MICRO);

    /** Images, rows, columns, channels in and out, padding: edges that squares reach over, half panels, single squares. */
    @ParameterizedTest
    @CsvSource({
        "1, 3, 3, 16, 16, 1", "2, 9, 5, 32, 48, 0", "3, 4, 4, 16, 80, 1", "1, 6, 10, 48, 16, 2", "13, 8, 8, 16, 32, 1",
        "1, 3, 3, 16, 16, 0", "2, 13, 15, 16, 16, 1", "40, 8, 7, 16, 96, 1"
    })
    void agreesWithThePlainSum(int images, int rows, int columns, int in, int out, int padding) {
        ConvShape s = new ConvShape(images, new Axis(rows, 3, 1, padding, 1), new Axis(columns, 3, 1, padding, 1), in, out, 1);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment m = arena.allocate(WORKSPACE + winograd.workspaceBytes(s) + 64, 64);
            int xs = Math.toIntExact(s.images() * s.inputImage());
            int ws = 9 * in * out;
            int ys = images * s.places() * out;
            fill(m, X, xs, 1);
            fill(m, W, ws, 2);
            fill(m, Y, ys, 3);
            double[] x = read(m, X, xs);
            double[] w = read(m, W, ws);
            double[] y = read(m, Y, ys);
            double[][] expected = plain(s, x, w, y);
            run(arena, m, winograd.forward(s, Winograd.Elements.F32, ConvEpilogue.NONE, X, W, Y, WORKSPACE));
            close(read(m, Y, ys), expected[0], in * 9);
            write(m, Y, y);
            run(arena, m, winograd.weightGradient(s, Winograd.Elements.F32, X, Y, W, WORKSPACE));
            close(read(m, W, ws), expected[2], images * s.places());
            write(m, W, w);
            run(arena, m, winograd.inputGradient(s, Winograd.Elements.F32, Y, W, X, WORKSPACE));
            close(read(m, X, xs), expected[1], out * 9);
        }
    }

    /** The same sums from bf16, whose products are exact in f32, to results rounded to bf16. */
    @ParameterizedTest
    @CsvSource({"2, 9, 5, 32, 48, 0", "3, 4, 4, 16, 80, 1", "13, 8, 8, 16, 32, 1"})
    void readsAndWritesBfloats(int images, int rows, int columns, int in, int out, int padding) {
        ConvShape s = new ConvShape(images, new Axis(rows, 3, 1, padding, 1), new Axis(columns, 3, 1, padding, 1), in, out, 1);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment m = arena.allocate(WORKSPACE + winograd.workspaceBytes(s) + 64, 64);
            int xs = Math.toIntExact(s.images() * s.inputImage());
            int ws = 9 * in * out;
            int ys = images * s.places() * out;
            double[] x = narrow(m, X, xs, 1);
            double[] w = narrow(m, W, ws, 2);
            double[] y = narrow(m, Y, ys, 3);
            double[][] expected = plain(s, x, w, y);
            Winograd.Elements narrow = new Winograd.Elements(true, true);
            run(arena, m, winograd.forward(s, narrow, ConvEpilogue.NONE, X, W, WORKSPACE / 2, WORKSPACE));
            closeToBfloat(readNarrow(m, WORKSPACE / 2, ys), expected[0], in * 9);
            run(arena, m, winograd.inputGradient(s, narrow, Y, W, WORKSPACE / 2, WORKSPACE));
            closeToBfloat(readNarrow(m, WORKSPACE / 2, xs), expected[1], out * 9);
            run(arena, m, winograd.weightGradient(s, narrow, X, Y, WORKSPACE / 2, WORKSPACE));
            close(read(m, WORKSPACE / 2, ws), expected[2], images * s.places());
        }
    }

    @Test
    void roundsBfloatsToNearestEven() {
        float[] x = new float[64];
        for (int i = 0; i < 48; i++) x[i] = Float.intBitsToFloat(0x3F80_0000 + 0x1000 * i);
        x[48] = Float.NaN;
        x[49] = Float.NEGATIVE_INFINITY;
        x[50] = -0f;
        x[51] = Float.intBitsToFloat(0x7F80_0001);
        x[52] = Float.MAX_VALUE;
        x[53] = Float.MIN_VALUE;
        MemorySegment from = MemorySegment.ofArray(x.clone());
        MemorySegment narrow = MemorySegment.ofArray(new short[64]);
        Bfloats.narrow(from, 0, narrow, 0, 64);
        Bfloats.widen(narrow, 0, from, 0, 64);
        for (int i = 0; i < 64; i++) {
            float actual = from.getAtIndex(ValueLayout.JAVA_FLOAT, i);
            if (Float.isNaN(x[i])) assertThat(actual).isNaN();
            else assertThat(actual).as("element " + i).isEqualTo(rounded(x[i]));
        }
    }

    /** By way of double arithmetic: the nearer neighbour, the even one of two equally near. */
    private static float rounded(float x) {
        int lower = Float.floatToRawIntBits(x) & 0xFFFF_0000;
        int upper = lower + 0x1_0000;
        double down = Math.abs((double) x - Float.intBitsToFloat(lower));
        double up = Math.abs(beyond(upper) - x);
        if (Float.isInfinite(x) || down < up) return Float.intBitsToFloat(lower);
        return Float.intBitsToFloat(up < down || (lower & 0x1_0000) != 0 ? upper : lower);
    }

    /** Infinity counts as the number that would come next. */
    private static double beyond(int bits) {
        float next = Float.intBitsToFloat(bits);
        return Float.isInfinite(next) ? Math.copySign(0x1p128, next) : next;
    }

    private static double[] narrow(MemorySegment m, long at, int count, int seed) {
        Random r = new Random(seed);
        double[] x = new double[count];
        for (int i = 0; i < count; i++) {
            int bits = Float.floatToRawIntBits((float) r.nextGaussian()) >>> 16;
            m.set(ValueLayout.JAVA_SHORT, at + 2L * i, (short) bits);
            x[i] = Float.intBitsToFloat(bits << 16);
        }
        return x;
    }

    private static double[] readNarrow(MemorySegment m, long at, int count) {
        double[] x = new double[count];
        for (int i = 0; i < count; i++) x[i] = Float.intBitsToFloat(m.get(ValueLayout.JAVA_SHORT, at + 2L * i) << 16);
        return x;
    }

    private static void closeToBfloat(double[] actual, double[] expected, int terms) {
        for (int i = 0; i < actual.length; i++) {
            double bound = 0x1p-8 * Math.abs(expected[i]) + 1e-4 * Math.sqrt(terms);
            assertThat(actual[i]).as("element " + i).isCloseTo(expected[i], within(bound));
        }
    }

    @Test
    void refusesWhatItCannotCompute() {
        ConvShape strided = new ConvShape(1, new Axis(8, 3, 2, 1, 1), new Axis(8, 3, 1, 1, 1), 16, 16, 1);
        assertThat(Winograd.takes(strided)).isFalse();
        assertThatThrownBy(() -> winograd.forward(strided, Winograd.Elements.F32, ConvEpilogue.NONE, X, W, Y, WORKSPACE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("minimal filtering cannot compute");
    }

    /** y, x's gradient and w's gradient. */
    private static double[][] plain(ConvShape s, double[] x, double[] w, double[] g) {
        double[] y = new double[g.length];
        double[] dx = new double[x.length];
        double[] dw = new double[w.length];
        int columns = s.columns().count();
        for (int n = 0; n < s.images(); n++) {
            for (int place = 0; place < s.places(); place++) {
                for (int tap = 0; tap < 9; tap++) {
                    int i = place / columns + tap / 3 - s.rows().padding();
                    int j = place % columns + tap % 3 - s.columns().padding();
                    if (i < 0 || j < 0 || i >= s.rows().size() || j >= s.columns().size()) continue;
                    int at = ((n * s.rows().size() + i) * s.columns().size() + j) * s.in();
                    int to = (n * s.places() + place) * s.out();
                    for (int c = 0; c < s.in(); c++) {
                        for (int o = 0; o < s.out(); o++) {
                            int k = (tap * s.in() + c) * s.out() + o;
                            y[to + o] += x[at + c] * w[k];
                            dx[at + c] += g[to + o] * w[k];
                            dw[k] += g[to + o] * x[at + c];
                        }
                    }
                }
            }
        }
        return new double[][] {y, dx, dw};
    }

    /** Runs tasks in reverse, on scratch full of NaN: neither order nor what lay there may matter. */
    private static void run(Arena arena, MemorySegment memory, List<Kernel> kernels) {
        for (Kernel k : kernels) {
            MemorySegment scratch = arena.allocate(k.scratchBytes() + 64, 64);
            for (int t = k.tasks() - 1; t >= 0; t--) {
                scratch.fill((byte) 0xFF);
                k.run(memory, t, scratch);
            }
        }
    }

    private static void close(double[] actual, double[] expected, int terms) {
        for (int i = 0; i < actual.length; i++) {
            assertThat(actual[i]).as("element " + i).isCloseTo(expected[i], within(1e-4 * Math.sqrt(terms)));
        }
    }

    private static void fill(MemorySegment m, long at, int count, int seed) {
        Random r = new Random(seed);
        for (int i = 0; i < count; i++) m.set(ValueLayout.JAVA_FLOAT, at + 4L * i, (float) r.nextGaussian());
    }

    private static double[] read(MemorySegment m, long at, int count) {
        double[] x = new double[count];
        for (int i = 0; i < count; i++) x[i] = m.get(ValueLayout.JAVA_FLOAT, at + 4L * i);
        return x;
    }

    private static void write(MemorySegment m, long at, double[] x) {
        for (int i = 0; i < x.length; i++) m.set(ValueLayout.JAVA_FLOAT, at + 4L * i, (float) x[i]);
    }
}
