package dev.gatun.simd.conv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.gatun.simd.Kernel;
import dev.gatun.simd.gemm.Gemm;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What follows a convolution gives the same bits wherever it is applied: while the result is written, or behind it. */
class ConvEpilogueTest {
    private static final long X = 0;
    private static final long W = 1 << 20;
    private static final long Y = 2 << 20;
    private static final long RESIDUAL = 3 << 20;
    private static final long SCALE = 4 << 20;
    private static final long BIAS = SCALE + (1 << 16);
    private static final long WORKSPACE = 5 << 20;

    private final Convolver convolver = new Convolver(new Gemm());

    private static List<ConvEpilogue> all() {
        List<ConvEpilogue> found = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            int residual = i % 3;
            found.add(new ConvEpilogue((i / 3 & 1) == 0 ? -1 : SCALE, (i / 6 & 1) == 0 ? -1 : BIAS, residual == 0 ? -1 : RESIDUAL,
                    residual == 2, (i / 12 & 1) != 0));
        }
        return found;
    }

    /** Each part, alone or with others. */
    private static List<ConvEpilogue> some() {
        return List.of(all().get(1), all().get(8), all().get(17), all().get(21), all().get(22));
    }

    /** {@code relu(x * scale + bias + r)}, rounded as vectors round. */
    private static float followed(MemorySegment m, ConvEpilogue e, float x, int channel, float residual) {
        float scale = e.scaleBytes() < 0 ? 1 : m.get(ValueLayout.JAVA_FLOAT, SCALE + 4L * channel);
        float bias = e.biasBytes() < 0 ? 0 : m.get(ValueLayout.JAVA_FLOAT, BIAS + 4L * channel);
        float y = Math.fma(x, scale, bias);
        boolean adds = e.residualBytes() >= 0;
        if (adds && !e.residualLast()) y += residual;
        if (e.relu()) y = Math.max(y, 0);
        return adds && e.residualLast() ? y + residual : y;
    }

    private static float bfloat(MemorySegment m, long at) {
        return Float.intBitsToFloat(m.get(ValueLayout.JAVA_SHORT, at) << 16);
    }

    /** To bf16 and back. */
    private static float rounded(float x) {
        int bits = Float.floatToRawIntBits(x);
        return Float.intBitsToFloat(bits + 0x7FFF + (bits >>> 16 & 1) & 0xFFFF_0000);
    }

    private static MemorySegment memory(Arena arena, long bytes) {
        MemorySegment m = arena.allocate(bytes, 64);
        Random r = new Random(1);
        for (long at = 0; at < WORKSPACE; at += 4) {
            float even = rounded((float) r.nextGaussian());
            int odd = Float.floatToRawIntBits((float) r.nextGaussian()) >>> 16;
            m.set(ValueLayout.JAVA_INT, at, Float.floatToRawIntBits(even) | odd); // as f32, or as two of bf16
        }
        return m;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 7, 15, 16, 17, 31, 33, 64, 100, 1023})
    void appliesBehindAResultOfAnyNumberOfChannels(int channels) {
        int elements = channels * Math.ceilDiv(17_000, channels); // more than a task
        for (boolean narrow : new boolean[] {false, true}) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment m = memory(arena, WORKSPACE);
                MemorySegment before = arena.allocate(4L * elements).copyFrom(m.asSlice(Y, 4L * elements));
                for (ConvEpilogue e : all()) {
                    MemorySegment.copy(before, 0, m, Y, before.byteSize());
                    run(arena, m, List.of(new EpilogueKernel(e, channels, narrow, Y, 0, elements)));
                    for (int i = 0; i < elements; i++) {
                        float x = narrow ? bfloat(before, 2L * i) : before.get(ValueLayout.JAVA_FLOAT, 4L * i);
                        float r = narrow ? bfloat(m, RESIDUAL + 2L * i) : m.get(ValueLayout.JAVA_FLOAT, RESIDUAL + 4L * i);
                        float want = followed(m, e, x, i % channels, r);
                        float got = narrow ? bfloat(m, Y + 2L * i) : m.get(ValueLayout.JAVA_FLOAT, Y + 4L * i);
                        if (got != (narrow ? rounded(want) : want)) assertThat(got).as(e + " element " + i).isEqualTo(narrow ? rounded(want) : want);
                    }
                }
            }
        }
    }

    /** Images, rows, columns, channels in and out, window, stride, padding, groups. */
    @ParameterizedTest
    @CsvSource({
        "3, 9, 7, 3, 6, 3, 1, 1, 1", "2, 8, 9, 5, 33, 3, 2, 1, 1", "2, 8, 8, 16, 64, 5, 1, 2, 1", "2, 7, 7, 1, 48, 5, 1, 0, 1",
        "2, 7, 6, 6, 9, 3, 1, 1, 3", "2, 9, 9, 17, 17, 3, 2, 1, 17", "3, 9, 8, 32, 40, 3, 2, 1, 1", "2, 5, 5, 17, 33, 1, 1, 0, 1",
        "3, 12, 9, 32, 48, 3, 1, 1, 1"
    })
    void appliesWhileAConvolutionWrites(int images, int rows, int columns, int in, int out, int window, int stride, int padding, int groups) {
        ConvShape s = new ConvShape(images, new Axis(rows, window, stride, padding, 1), new Axis(columns, window, stride, padding, 1), in, out, groups);
        int elements = images * s.places() * out;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment m = memory(arena, WORKSPACE + convolver.workspaceBytes(s) + 64);
            run(arena, m, convolver.forward(s, ConvEpilogue.NONE, X, W, Y, WORKSPACE));
            float[] sums = m.asSlice(Y, 4L * elements).toArray(ValueLayout.JAVA_FLOAT);
            for (ConvEpilogue e : some()) {
                run(arena, m, convolver.forward(s, e, X, W, Y, WORKSPACE));
                for (int i = 0; i < elements; i++) {
                    float want = followed(m, e, sums[i], i % out, m.get(ValueLayout.JAVA_FLOAT, RESIDUAL + 4L * i));
                    float got = m.get(ValueLayout.JAVA_FLOAT, Y + 4L * i);
                    if (got != want) assertThat(got).as(e + " element " + i).isEqualTo(want);
                }
            }
        }
    }

    @Test
    void appliesWhileBfloatsAreWritten() {
        ConvShape s = new ConvShape(3, new Axis(9, 3, 1, 1, 1), new Axis(6, 3, 1, 1, 1), 32, 48, 1);
        int elements = 3 * s.places() * 48;
        Winograd winograd = convolver.winograd();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment m = memory(arena, WORKSPACE + winograd.workspaceBytes(s) + 64);
            run(arena, m, winograd.forward(s, new Winograd.Elements(true, false), ConvEpilogue.NONE, X, W, Y, WORKSPACE));
            float[] sums = m.asSlice(Y, 4L * elements).toArray(ValueLayout.JAVA_FLOAT);
            for (ConvEpilogue e : some()) {
                run(arena, m, winograd.forward(s, new Winograd.Elements(true, true), e, X, W, Y, WORKSPACE));
                for (int i = 0; i < elements; i++) {
                    float want = rounded(followed(m, e, sums[i], i % 48, bfloat(m, RESIDUAL + 2L * i)));
                    if (bfloat(m, Y + 2L * i) != want) assertThat(bfloat(m, Y + 2L * i)).as(e + " element " + i).isEqualTo(want);
                }
            }
        }
    }

    @Test
    void refusesWhatLiesNowhere() {
        assertThatIllegalArgumentException().isThrownBy(() -> new ConvEpilogue(2, -1, -1, false, true)).withMessageContaining("multiples");
        assertThatIllegalArgumentException().isThrownBy(() -> new ConvEpilogue(-1, -1, -4, false, true)).withMessageContaining("multiples");
        assertThatIllegalArgumentException().isThrownBy(() -> new EpilogueKernel(ConvEpilogue.NONE, 5, false, 0, 3, 10))
                .withMessageContaining("5 channels");
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
}
