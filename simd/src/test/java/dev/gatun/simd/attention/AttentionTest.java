package dev.gatun.simd.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.simd.Kernel;
import dev.gatun.simd.Tasks;
import dev.gatun.simd.gemm.MicroKernels;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Attention against plain loops in double. */
class AttentionTest {
    private static Attention attention;

    @BeforeAll
    static void generate() {
        attention = new Attention(new MicroKernels());
    }

    @ParameterizedTest(name = "{0} x {1} heads, {2} queries, {3} keys of {4}, causal {5}")
    @CsvSource({
        "1,1,1,1,1,true", "1,1,2,2,1,false", "2,3,11,11,7,true", "1,2,12,12,16,true", "2,1,13,13,17,false",
        "1,2,15,17,31,true", "1,1,1,65,33,true", "1,1,5,300,64,true", "2,2,63,63,15,true", "1,1,65,127,40,false",
        "1,2,127,127,64,true", "1,1,97,289,16,true", "1,1,289,289,24,true", "1,1,300,600,8,false",
        "1,1,620,620,12,true", "1,1,33,12,100,false", "1,1,580,590,3,true",
        "1,1,7,7,20,false", "1,2,100,100,128,true", "1,1,257,257,80,true", "1,1,255,256,64,false", "1,1,259,513,64,true",
        "1,1,1,257,128,true"
    })
    void matchesPlainLoops(int batch, int heads, int queries, int keys, int headDim, boolean causal) {
        Trial trial = new Trial(new AttentionShape(batch, heads, queries, keys, headDim, causal, 0.4f), 3f);
        trial.run(Tasks.SHUFFLED);
        trial.check();
    }

    @ParameterizedTest(name = "{0} x {1} heads, {2} of keys, {3} queries, {4} keys of {5}, causal {6}")
    @CsvSource({
        "1,2,1,1,1,1,true", "2,4,2,13,13,17,true", "1,6,2,12,20,8,false", "2,3,1,63,65,33,false", "1,8,2,300,300,15,true",
        "1,4,1,290,310,16,true"
    })
    void groupsOfHeadsShareKeys(int batch, int heads, int keyHeads, int queries, int keys, int headDim, boolean causal) {
        Trial trial = new Trial(new AttentionShape(batch, heads, keyHeads, queries, keys, headDim, causal, 0.4f), 3f);
        trial.run(Tasks.SHUFFLED);
        trial.check();
    }

    @ParameterizedTest
    @EnumSource(Tasks.class)
    void bitsDoNotDependOnTheOrderOfTasks(Tasks tasks) {
        AttentionShape shape = new AttentionShape(2, 2, 310, 310, 20, true, 0.3f);
        Trial first = new Trial(shape, 2f);
        Trial second = new Trial(shape, 2f);
        for (int i = 0; i < 20; i++) {
            first.run(Tasks.IN_ORDER);
            second.run(tasks);
            assertThat(second.results()).isEqualTo(first.results());
        }
    }

    @Test
    void largeScoresNeitherOverflowNorVanish() {
        Trial trial = new Trial(new AttentionShape(1, 1, 40, 700, 8, false, 1f), 40f);
        trial.run(Tasks.IN_ORDER);
        assertThat(trial.results()).doesNotContain(Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY);
        trial.checkForward();
    }

    /** Scores that rise from key to key: what earlier blocks summed up has to shrink, later ones by a little or not at all. */
    @Test
    void sumsShrinkWhereScoresRise() {
        for (float rise : new float[] {0.001f, 0.03f, 0.2f}) {
            Trial trial = new Trial(new AttentionShape(1, 2, 30, 900, 4, true, 1f), 1f);
            for (int i = 0; i < trial.q.length; i++) trial.q[i] = 1 + trial.q[i] / 8;
            for (int i = 0; i < trial.k.length; i++) trial.k[i] = trial.k[i] / 8 + rise * (i / 8);
            trial.run(Tasks.IN_ORDER);
            trial.checkForward();
        }
    }

    @Test
    void aNotANumberIsNotHidden() {
        Trial trial = new Trial(new AttentionShape(1, 1, 4, 20, 8, false, 1f), 1f);
        trial.q[3] = Float.NaN;
        trial.run(Tasks.IN_ORDER);
        assertThat(trial.o).contains(Float.NaN);
    }

    @Test
    void fewHeadsAreCutAlongTheQueries() {
        Layout any = Layout.dense(0, 512, 1, 16);
        AttentionShape shape = new AttentionShape(1, 1, 512, 512, 16, true, 1f);
        assertThat(attention.forward(shape, any, any, any, any, 0).tasks()).isGreaterThanOrEqualTo(8);
    }

    @Test
    void refusesWhatCannotBe() {
        assertThatThrownBy(() -> new AttentionShape(1, 1, 5, 4, 8, true, 1f)).hasMessageContaining("5 queries");
        assertThatThrownBy(() -> new AttentionShape(1, 0, 5, 5, 8, true, 1f)).hasMessageContaining("heads=0");
        assertThatThrownBy(() -> new AttentionShape(1, 6, 4, 5, 5, 8, true, 1f)).hasMessageContaining("keyHeads=4");
        assertThatThrownBy(() -> new Layout(2, 1, 1, 1)).hasMessageContaining("not at 2");
        assertThatThrownBy(() -> new Layout(0, 1, -1, 1)).hasMessageContaining("negative");
        Layout any = Layout.dense(0, 4, 1, 4);
        AttentionShape shape = new AttentionShape(1, 1, 4, 4, 4, true, 1f);
        assertThatThrownBy(() -> attention.forward(shape, any, any, any, any, 3)).hasMessageContaining("logSumExp");
    }

    /** q, k and v lie side by side as one projection leaves them; outputs and gradients lie dense. */
    private static final class Trial {
        private final AttentionShape shape;
        private final float[] q;
        private final float[] k;
        private final float[] v;
        private final float[] dO;
        private float[] o;
        private float[] logSumExp;
        private float[] dq;
        private float[] dk;
        private float[] dv;

        Trial(AttentionShape shape, float spread) {
            this.shape = shape;
            Random random = new Random(11);
            q = random(random, shape.queries(), shape.heads(), spread);
            k = random(random, shape.keys(), shape.keyHeads(), spread);
            v = random(random, shape.keys(), shape.keyHeads(), 1);
            dO = random(random, shape.queries(), shape.heads(), 1);
        }

        private float[] random(Random random, int time, int heads, float spread) {
            float[] x = new float[shape.batch() * time * heads * shape.headDim()];
            for (int i = 0; i < x.length; i++) {
                x[i] = spread * (random.nextFloat() * 2 - 1);
            }
            return x;
        }

        void run(Tasks tasks) {
            int rows = shape.batch() * shape.heads();
            long row = (long) shape.heads() * shape.headDim();
            // every operand [time, batch, 2 heads' worth]: neither dense nor in the order of the loops
            long most = Math.max(shape.queries(), shape.keys()) * shape.batch() * 2 * row;
            try (Arena arena = Arena.ofShared()) {
                MemorySegment memory = arena.allocate(4 * (8 * most + (long) rows * shape.queries()), 64);
                memory.fill((byte) 0xFF);
                Layout[] at = new Layout[8];
                for (int i = 0; i < at.length; i++) {
                    at[i] = new Layout(4 * i * most + (i % 2) * 4 * row, 2 * row, 2 * row * shape.batch(),
                            shape.headDim());
                }
                move(q, at[0], shape.queries(), shape.heads(), memory, true);
                move(k, at[1], shape.keys(), shape.keyHeads(), memory, true);
                move(v, at[2], shape.keys(), shape.keyHeads(), memory, true);
                move(dO, at[4], shape.queries(), shape.heads(), memory, true);
                long logarithms = 4 * 8 * most;
                Kernel forward = attention.forward(shape, at[0], at[1], at[2], at[3], logarithms);
                Kernel backward = attention.backward(
                        shape, at[0], at[1], at[2], at[3], logarithms, at[4], at[5], at[6], at[7]);
                tasks.run(List.of(forward, backward), memory);
                o = move(new float[q.length], at[3], shape.queries(), shape.heads(), memory, false);
                dq = move(new float[q.length], at[5], shape.queries(), shape.heads(), memory, false);
                dk = move(new float[k.length], at[6], shape.keys(), shape.keyHeads(), memory, false);
                dv = move(new float[k.length], at[7], shape.keys(), shape.keyHeads(), memory, false);
                logSumExp = new float[rows * shape.queries()];
                MemorySegment.copy(memory, ValueLayout.JAVA_FLOAT, logarithms, logSumExp, 0, logSumExp.length);
                // what lies between the operands' rows must be as it was
                for (int i = 0; i < at.length; i++) {
                    long gap = at[i].byteOffset() + (i % 2 == 0 ? 4 * row : -4 * row);
                    assertThat(Float.isNaN(memory.get(ValueLayout.JAVA_FLOAT, gap))).isTrue();
                    long last = gap + 4 * (row - 1);
                    assertThat(Float.isNaN(memory.get(ValueLayout.JAVA_FLOAT, last))).isTrue();
                }
            }
        }

        private float[] move(float[] dense, Layout layout, int time, int heads, MemorySegment memory, boolean in) {
            int d = shape.headDim();
            for (int b = 0; b < shape.batch(); b++) {
                for (int t = 0; t < time; t++) {
                    for (int h = 0; h < heads; h++) {
                        int from = ((b * time + t) * heads + h) * d;
                        if (in) {
                            MemorySegment.copy(dense, from, memory, ValueLayout.JAVA_FLOAT, layout.at(b, h, t), d);
                        } else {
                            MemorySegment.copy(memory, ValueLayout.JAVA_FLOAT, layout.at(b, h, t), dense, from, d);
                        }
                    }
                }
            }
            return dense;
        }

        float[] results() {
            float[][] all = {o, logSumExp, dq, dk, dv};
            float[] joined = new float[2 * q.length + 2 * k.length + logSumExp.length];
            int at = 0;
            for (float[] x : all) {
                System.arraycopy(x, 0, joined, at, x.length);
                at += x.length;
            }
            return joined;
        }

        void check() {
            Plain plain = new Plain();
            close("o", o, plain.o, 1e-5);
            close("logSumExp", logSumExp, plain.logSumExp, 1e-5);
            close("dv", dv, plain.dv, 1e-5);
            close("dq", dq, plain.dq, 3e-5);
            close("dk", dk, plain.dk, 3e-5);
        }

        void checkForward() {
            Plain plain = new Plain();
            close("o", o, plain.o, 3e-3);
            close("logSumExp", logSumExp, plain.logSumExp, 5e-3);
        }

        private static void close(String what, float[] actual, double[] expected, double tolerance) {
            double worst = 0;
            for (int i = 0; i < actual.length; i++) {
                double error = Math.abs(actual[i] - expected[i]) / (1 + Math.abs(expected[i]));
                worst = error <= worst ? worst : error;
            }
            assertThat(worst).as(what).isLessThan(tolerance);
        }

        /** The definition, in double. */
        private final class Plain {
            private final double[] o = new double[q.length];
            private final double[] logSumExp = new double[shape.batch() * shape.heads() * shape.queries()];
            private final double[] dq = new double[q.length];
            private final double[] dk = new double[k.length];
            private final double[] dv = new double[k.length];

            Plain() {
                for (int b = 0; b < shape.batch(); b++) {
                    for (int h = 0; h < shape.heads(); h++) {
                        for (int i = 0; i < shape.queries(); i++) {
                            query(b, h, i);
                        }
                    }
                }
            }

            private void query(int b, int h, int i) {
                int d = shape.headDim();
                int qi = ((b * shape.queries() + i) * shape.heads() + h) * d;
                int seen = shape.causal() ? i + 1 + shape.keys() - shape.queries() : shape.keys();
                double[] p = new double[seen];
                double top = Double.NEGATIVE_INFINITY;
                for (int j = 0; j < seen; j++) {
                    for (int e = 0; e < d; e++) {
                        p[j] += (double) shape.scale() * q[qi + e] * k[key(b, h, j) + e];
                    }
                    top = Math.max(top, p[j]);
                }
                double total = 0;
                for (int j = 0; j < seen; j++) {
                    p[j] = Math.exp(p[j] - top);
                    total += p[j];
                }
                logSumExp[(b * shape.heads() + h) * shape.queries() + i] = top + Math.log(total);
                double delta = 0;
                double[] dp = new double[seen];
                for (int j = 0; j < seen; j++) {
                    p[j] /= total;
                    for (int e = 0; e < d; e++) {
                        o[qi + e] += p[j] * v[key(b, h, j) + e];
                        dv[key(b, h, j) + e] += p[j] * dO[qi + e];
                        dp[j] += (double) dO[qi + e] * v[key(b, h, j) + e];
                    }
                    delta += p[j] * dp[j];
                }
                for (int j = 0; j < seen; j++) {
                    double ds = p[j] * (dp[j] - delta) * shape.scale();
                    for (int e = 0; e < d; e++) {
                        dq[qi + e] += ds * k[key(b, h, j) + e];
                        dk[key(b, h, j) + e] += ds * q[qi + e];
                    }
                }
            }

            private int key(int b, int h, int j) {
                return ((b * shape.keys() + j) * shape.keyHeads() + h / shape.group()) * shape.headDim();
            }
        }
    }
}
