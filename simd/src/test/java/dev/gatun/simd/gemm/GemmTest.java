package dev.gatun.simd.gemm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.simd.Kernel;
import dev.gatun.simd.Tasks;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Products against plain loops in double, at sizes around each block and tile. */
class GemmTest {
    private static Gemm gemm;

    @BeforeAll
    static void generate() {
        gemm = new Gemm();
    }

    static Stream<Arguments> shapes() {
        int[][] sizes = {
            {1, 1, 1}, {1, 33, 17}, {1, 300, 65}, {2, 127, 31}, {4, 128, 16}, {5, 1, 1}, {6, 15, 7}, {11, 16, 12},
            {12, 32, 13}, {13, 17, 2}, {15, 33, 63}, {16, 31, 65}, {17, 48, 127}, {24, 64, 384}, {31, 65, 385},
            {33, 47, 400}, {63, 127, 16}, {65, 10, 769}, {127, 129, 33}, {200, 420, 5}, {255, 8, 3}, {30, 2, 1000}
        };
        return Stream.of(sizes).flatMap(s -> Stream.of(0, 1, 2, 3)
                .map(t -> Arguments.of(s[0], s[1], s[2], (t & 1) != 0, (t & 2) != 0)));
    }

    @ParameterizedTest(name = "{0}x{1}x{2} A^T={3} B^T={4}")
    @MethodSource("shapes")
    void dense(int m, int n, int k, boolean transposeA, boolean transposeB) {
        Trial trial = new Trial(GemmShape.dense(m, n, k, transposeA, transposeB), 1, false);
        trial.run(Tasks.IN_ORDER).check();
    }

    @ParameterizedTest(name = "{0}x{1}x{2} A^T={3} B^T={4}")
    @MethodSource("shapes")
    void batchInWiderRowsAddedToC(int m, int n, int k, boolean transposeA, boolean transposeB) {
        long lda = (transposeA ? m : k) + 3;
        long ldb = (transposeB ? k : n) + 5;
        GemmShape shape = new GemmShape(m, n, k, transposeA, transposeB, lda, ldb, n + 7);
        new Trial(shape, 3, true).run(Tasks.SHUFFLED).check();
    }

    @ParameterizedTest
    @EnumSource(Tasks.class)
    void bitsDoNotDependOnTheOrderOfTasks(Tasks tasks) {
        for (int[] s : new int[][] {{3, 700, 130}, {100, 500, 800}, {30, 33, 20}}) {
            for (int t = 0; t < 4; t++) {
                GemmShape shape = GemmShape.dense(s[0], s[1], s[2], (t & 1) != 0, (t & 2) != 0);
                float[] expected = new Trial(shape, 2, false).run(Tasks.IN_ORDER).result();
                assertThat(new Trial(shape, 2, false).run(tasks).result()).isEqualTo(expected);
            }
        }
    }

    @Test
    void bitsDoNotDependOnCompiledCode() {
        for (GemmShape shape : List.of(
                GemmShape.dense(1, 260, 100, false, true), GemmShape.dense(1, 260, 100, false, false),
                GemmShape.dense(25, 70, 50, true, true))) {
            float[] first = new Trial(shape, 1, false).run(Tasks.IN_ORDER).result();
            for (int i = 0; i < 300; i++) {
                assertThat(new Trial(shape, 1, false).run(Tasks.IN_ORDER).result()).isEqualTo(first);
            }
        }
    }

    @Test
    void oneMatrixSharedByABatchIsPackedOnce() {
        GemmShape shape = GemmShape.dense(20, 40, 30, false, false);
        List<Kernel> shared = gemm.kernels(shape, new long[3], new long[3], new long[] {0, 4096, 8192}, 0, false);
        List<Kernel> single = gemm.kernels(shape, new long[1], new long[1], new long[1], 0, false);
        assertThat(shared.getFirst().tasks()).isEqualTo(single.getFirst().tasks());
    }

    @Test
    void equalTilesShareTheirClass() {
        MicroShape shape = new MicroShape(1, 1, 4, 4, 64, false);
        assertThat(gemm.microKernels().get(shape)).isSameAs(gemm.microKernels().get(shape));
    }

    @Test
    void aTileThatKnowsItsMostStepsComputesTheSame() {
        MicroShape shape = new MicroShape(3, 2, 80, 4, 128, true);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment a = random(arena, 60);
            MemorySegment b = random(arena, 20 * 32);
            MemorySegment free = random(arena, 3 * 40);
            MemorySegment within = arena.allocate(free.byteSize(), 64).copyFrom(free);
            MicroKernel kernel = gemm.microKernels().get(shape.within(20, 160));
            for (int steps : new int[] {0, 1, 7, 20}) {
                gemm.microKernels().get(shape).run(a, 0, b, 0, free, 0, 160, steps);
                kernel.run(a, 0, b, 0, within, 0, 160, steps);
                assertThat(within.mismatch(free)).isEqualTo(-1);
            }
            assertThatThrownBy(() -> kernel.run(a, 0, b, 0, within, 0, 160, 21)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> kernel.run(a, 4, b, 0, within, 0, 160, 1)).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    private static MemorySegment random(Arena arena, int floats) {
        Random random = new Random(3);
        MemorySegment memory = arena.allocate(4L * floats, 64);
        for (int i = 0; i < floats; i++) memory.setAtIndex(ValueLayout.JAVA_FLOAT, i, random.nextFloat());
        return memory;
    }

    @Test
    void refusesWhatCannotBe() {
        assertThatThrownBy(() -> GemmShape.dense(1, 0, 1, false, false)).hasMessageContaining("n=0");
        assertThatThrownBy(() -> new GemmShape(2, 3, 4, true, false, 1, 3, 3)).hasMessageContaining("lda=1");
        assertThatThrownBy(() -> new GemmShape(2, 3, 4, false, true, 4, 3, 3)).hasMessageContaining("ldb=3");
        assertThatThrownBy(() -> new GemmShape(2, 3, 4, false, false, 4, 3, 2)).hasMessageContaining("ldc=2");
        GemmShape shape = GemmShape.dense(9, 8, 8, false, false);
        long[] one = {0};
        long[] odd = {2};
        assertThatThrownBy(() -> gemm.kernels(shape, one, new long[2], one, 0, false)).hasMessageContaining("1, 2 and");
        assertThatThrownBy(() -> gemm.kernels(shape, one, odd, one, 0, false)).hasMessageContaining("B must lie");
        assertThatThrownBy(() -> gemm.kernels(shape, one, one, one, 4, false)).hasMessageContaining("workspace");
        assertThatThrownBy(() -> new MicroShape(0, 1, 4, 4, 4, false)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new MicroShape(1, 1, 4, 3, 4, false)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new MicroShape(1, 1, 4, 4, 4, false).within(-1, 4)).hasMessageContaining("most -1");
        assertThatThrownBy(() -> new MicroShape(1, 1, 4, 4, 4, false, 3, 8).within(6, 4)).hasMessageContaining("runs of 3");
    }

    /** One batch of products in memory of its own, each matrix followed by guards that must not change. */
    private static final class Trial {
        private static final int GUARD = 32;

        private final GemmShape shape;
        private final boolean accumulate;
        private final float[] a;
        private final float[] b;
        private final float[] before;
        private final long sizeA;
        private final long sizeB;
        private final long sizeC;
        private final int batch;
        private float[] after;

        Trial(GemmShape shape, int batch, boolean accumulate) {
            this.shape = shape;
            this.batch = batch;
            this.accumulate = accumulate;
            this.sizeA = shape.lda() * ((shape.transposeA() ? shape.k() : shape.m()) - 1)
                    + (shape.transposeA() ? shape.m() : shape.k());
            this.sizeB = shape.ldb() * ((shape.transposeB() ? shape.n() : shape.k()) - 1)
                    + (shape.transposeB() ? shape.k() : shape.n());
            this.sizeC = shape.ldc() * (shape.m() - 1) + shape.n() + GUARD;
            Random random = new Random(42);
            a = random(random, batch * sizeA);
            b = random(random, batch * sizeB);
            before = random(random, batch * sizeC);
        }

        private static float[] random(Random random, long count) {
            float[] x = new float[Math.toIntExact(count)];
            for (int i = 0; i < x.length; i++) {
                x[i] = random.nextFloat() * 2 - 1;
            }
            return x;
        }

        Trial run(Tasks tasks) {
            long workspace = gemm.workspaceBytes(shape, batch);
            // C first and A last: reading past the end of A or B leaves the arena and throws
            long cAt = workspace;
            long bAt = cAt + 4 * before.length;
            long aAt = bAt + 4 * b.length;
            try (Arena arena = Arena.ofShared()) {
                MemorySegment memory = arena.allocate(aAt + 4 * a.length, 64);
                memory.fill((byte) 0xFF);
                MemorySegment.copy(before, 0, memory, ValueLayout.JAVA_FLOAT, cAt, before.length);
                MemorySegment.copy(b, 0, memory, ValueLayout.JAVA_FLOAT, bAt, b.length);
                MemorySegment.copy(a, 0, memory, ValueLayout.JAVA_FLOAT, aAt, a.length);
                tasks.run(gemm.kernels(shape, offsets(aAt, sizeA), offsets(bAt, sizeB), offsets(cAt, sizeC), 0,
                        accumulate), memory);
                after = new float[before.length];
                MemorySegment.copy(memory, ValueLayout.JAVA_FLOAT, cAt, after, 0, after.length);
            }
            return this;
        }

        private long[] offsets(long at, long size) {
            long[] offsets = new long[batch];
            for (int i = 0; i < batch; i++) {
                offsets[i] = at + 4 * i * size;
            }
            return offsets;
        }

        float[] result() {
            return after;
        }

        void check() {
            float[] expected = before.clone();
            float worst = 0;
            for (int i = 0; i < batch; i++) {
                for (int r = 0; r < shape.m(); r++) {
                    for (int c = 0; c < shape.n(); c++) {
                        int at = Math.toIntExact(i * sizeC + r * shape.ldc() + c);
                        expected[at] = (float) (element(i, r, c) + (accumulate ? before[at] : 0));
                        worst = Math.max(worst, Math.abs(expected[at] - after[at]));
                        if (Float.isNaN(after[at])) {
                            worst = Float.NaN;
                        }
                        after[at] = expected[at];
                    }
                }
            }
            assertThat(worst).isLessThan(1e-6f * (4 + shape.k() / 4f));
            assertThat(after).as("what lies between and behind the rows of C").isEqualTo(expected);
        }

        private double element(int i, int r, int c) {
            double sum = 0;
            for (int p = 0; p < shape.k(); p++) {
                long x = i * sizeA + (shape.transposeA() ? p * shape.lda() + r : r * shape.lda() + p);
                long y = i * sizeB + (shape.transposeB() ? c * shape.ldb() + p : p * shape.ldb() + c);
                sum += (double) a[(int) x] * b[(int) y];
            }
            return sum;
        }
    }
}
