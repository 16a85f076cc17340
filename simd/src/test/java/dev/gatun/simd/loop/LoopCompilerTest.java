package dev.gatun.simd.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.graph.ops.*;
import dev.gatun.graph.schedule.Loop;
import dev.gatun.graph.schedule.Place;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class LoopCompilerTest {
    private static final LoopCompiler COMPILER = new LoopCompiler();
    private static final int[] SIZES = {1, 2, 3, 7, 8, 15, 16, 17, 31, 33, 64, 100, 1023};
    private static final float[] SPECIAL = {
        0f, -0f, 1f, -1f, 0.5f, -0.5f, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.NaN, 1e-30f, -1e-30f, 1e30f,
        -1e30f, 87f, -87f, 88.6f, 88.73f, -88f, 104f, -104f, 1e-6f, -1e-6f, 3.9f, -3.9f, 8.9f, -8.9f, 0.9f, 0.90001f,
        1e-40f, Float.MIN_VALUE, Float.MAX_VALUE, -Float.MAX_VALUE, 0.70710677f, 1.4142135f, 100.5f, -100.5f, 2.5e9f, -2.5e9f
    };

    static List<Pointwise> ops() {
        return List.of(
                new Abs(), new Add(), new Cos(), new Div(), new Erf(), new Exp(), new Log(), new Max(), new Min(), new Mul(),
                new Neg(), new Rsqrt(), new Sin(), new Sqrt(), new Sub(), new Tanh());
    }

    @ParameterizedTest
    @MethodSource("ops")
    void computesEachOpAtEachSize(Pointwise op) {
        for (int n : SIZES) {
            LoopBuilder b = new LoopBuilder(3, n).rowsPerTask(2);
            int[] x = new int[op.arity()];
            for (int k = 0; k < x.length; k++) x[k] = b.load(b.dense(DType.F32));
            b.store(DType.F32, b.apply(op, x));
            LoopRun run = new LoopRun(b.build()).fill(new Random(n), 3);
            run.check(COMPILER, 3e-7);
        }
    }

    @ParameterizedTest
    @MethodSource("ops")
    void obeysTheRulesForSpecialValues(Pointwise op) {
        int n = SPECIAL.length;
        LoopBuilder b = new LoopBuilder(n, n);
        int[] places = new int[op.arity()];
        int[] x = new int[op.arity()];
        for (int k = 0; k < x.length; k++) {
            places[k] = b.dense(DType.F32);
            x[k] = b.load(places[k]);
        }
        int out = b.store(DType.F32, b.apply(op, x));
        LoopRun run = new LoopRun(b.build());
        for (int i = 0; i < n * n; i++) {
            for (int k = 0; k < x.length; k++) run.set(places[k], i, SPECIAL[k == 0 ? i % n : i / n]);
        }
        run.run(COMPILER, run.memory, false);
        for (int i = 0; i < n * n; i++) {
            double[] args = new double[x.length];
            for (int k = 0; k < x.length; k++) args[k] = SPECIAL[k == 0 ? i % n : i / n];
            double exact = op.apply(args);
            double got = run.at(out, i);
            if (Double.isInfinite(args[0]) && (op instanceof Sin || op instanceof Cos)) exact = Double.NaN;
            if (Math.abs(args[0]) > 1e9 && (op instanceof Sin || op instanceof Cos)) continue;
            float want = (float) exact;
            boolean tiny = Math.abs(want) < 1.2e-38f && Math.abs(got) < 1.2e-38;
            boolean close = Math.abs(got - exact) <= 6 * Math.ulp(want);
            boolean same = Float.isNaN(want) ? Double.isNaN(got) : got == want || close || tiny && op instanceof Exp;
            assertThat(same).as("%s of %s: %s, got %s", op, args, want, got).isTrue();
        }
    }

    @Test
    void functionsAreAccurate() {
        accurate(new Exp(), -87, 88.7, 1.1, false);
        accurate(new Log(), 1e-30, 10, 1.1, false);
        accurate(new Tanh(), -10, 10, 5.5, false);
        accurate(new Tanh(), -1e-3, 1e-3, 3, false);
        accurate(new Erf(), -5, 5, 2e-7, true);
        accurate(new Sin(), -1e4, 1e4, 1e-6, true);
        accurate(new Cos(), -1e4, 1e4, 1e-6, true);
    }

    /** Largest error in ulps, or absolute. */
    private static void accurate(Pointwise op, double from, double to, double bound, boolean absolute) {
        int n = 100_000;
        LoopBuilder b = new LoopBuilder(1, n);
        int in = b.dense(DType.F32);
        int out = b.store(DType.F32, b.apply(op, b.load(in)));
        LoopRun run = new LoopRun(b.build());
        for (int i = 0; i < n; i++) run.set(in, i, from + (to - from) * i / n);
        run.run(COMPILER, run.memory, false);
        double worst = 0;
        for (int i = 0; i < n; i++) {
            double exact = op.apply(run.at(in, i));
            double error = Math.abs(run.at(out, i) - exact);
            worst = Math.max(worst, absolute ? error : error / Math.ulp((float) exact));
            if (op instanceof Tanh) assertThat(Math.abs(run.at(out, i))).isLessThanOrEqualTo(1);
        }
        assertThat(worst).as("%s from %s to %s", op, from, to).isLessThanOrEqualTo(bound);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 8, 15, 16, 17, 31, 33, 64, 100, 1023})
    void computesTruthAndIntegers(int n) {
        LoopBuilder b = new LoopBuilder(4, n).rowsPerTask(3);
        int x = b.load(b.dense(DType.F32));
        int y = b.load(b.dense(DType.F32));
        int i = b.load(b.dense(DType.I32));
        int j = b.load(b.dense(DType.I32));
        int p = b.load(b.dense(DType.BOOL));
        int q = b.load(b.dense(DType.BOOL));
        int less = b.apply(new Less(), DType.BOOL, x, y);
        List<Integer> truths = new ArrayList<>(List.of(
                less,
                b.apply(new Equal(), DType.BOOL, i, j),
                b.apply(new Less(), DType.BOOL, i, j),
                b.apply(new Less(), DType.BOOL, p, q),
                b.apply(new Equal(), DType.BOOL, p, q),
                b.apply(new And(), DType.BOOL, p, less),
                b.apply(new Or(), DType.BOOL, p, q),
                b.apply(new Not(), DType.BOOL, p),
                b.apply(new Select(), DType.BOOL, less, p, q),
                b.apply(new Cast(DType.BOOL), DType.BOOL, x),
                b.apply(new Cast(DType.BOOL), DType.BOOL, i)));
        for (int t : truths) b.store(DType.BOOL, t);
        List<Pointwise> ints = List.of(new Add(), new Sub(), new Mul(), new Max(), new Min());
        for (Pointwise op : ints) b.store(DType.I32, b.apply(op, DType.I32, i, j));
        b.store(DType.I32, b.apply(new Neg(), DType.I32, i));
        b.store(DType.I32, b.apply(new Abs(), DType.I32, b.apply(new Sub(), DType.I32, i, j)));
        b.store(DType.I32, b.apply(new Cast(DType.I32), DType.I32, x));
        b.store(DType.I32, b.apply(new Cast(DType.I32), DType.I32, p));
        b.store(DType.I32, b.apply(new Select(), DType.I32, q, i, j));
        b.store(DType.F32, b.apply(new Cast(DType.F32), i));
        b.store(DType.F32, b.apply(new Cast(DType.F32), p));
        b.store(DType.F32, b.apply(new Select(), less, x, y));
        b.store(DType.BF16, b.apply(new Cast(DType.BF16), x));
        new LoopRun(b.build()).fill(new Random(n), 50).check(COMPILER, 1e-7);
    }

    @Test
    void castsSaturateAndBfloatsRoundToEven() {
        LoopBuilder b = new LoopBuilder(1, SPECIAL.length);
        int in = b.dense(DType.F32);
        int x = b.load(in);
        int ints = b.store(DType.I32, b.apply(new Cast(DType.I32), DType.I32, x));
        int halves = b.store(DType.BF16, x);
        LoopRun run = new LoopRun(b.build());
        for (int i = 0; i < SPECIAL.length; i++) run.set(in, i, SPECIAL[i]);
        run.run(COMPILER, run.memory, false);
        for (int i = 0; i < SPECIAL.length; i++) {
            assertThat((int) run.at(ints, i)).isEqualTo((int) SPECIAL[i]);
            float want = Float.intBitsToFloat(Staging.bfloat(Float.floatToRawIntBits(SPECIAL[i])) << 16);
            assertThat(Float.compare((float) run.at(halves, i), want)).isZero();
        }
        assertThat(Staging.bfloat(0x3F808000)).isEqualTo(0x3F80); // half way, to even
        assertThat(Staging.bfloat(0x3F818000)).isEqualTo(0x3F82);
        assertThat(Staging.bfloat(0x7F800001) & 0x7F).isNotZero(); // NaN stays NaN
    }

    static Stream<Integer> lanes() {
        return Stream.of(4, 8, 16);
    }

    @ParameterizedTest
    @MethodSource("lanes")
    void composesKnownLoops(int lanes) {
        LoopCompiler compiler = new LoopCompiler(lanes);
        for (int n : SIZES) {
            for (Loop loop : KnownLoops.all(n)) {
                new LoopRun(loop).fill(new Random(n), 2).check(compiler, 2e-6);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1025, 1536, 2048, 3072})
    void sumsColumnsOfLongRows(int n) {
        new LoopRun(KnownLoops.columns(9, n, 4)).fill(new Random(n), 2).check(COMPILER, 1e-6);
    }

    @Test
    void updatesInPlace() {
        Loop loop = KnownLoops.adam(5, 64, 17, 2);
        LoopRun run = new LoopRun(loop).fill(new Random(1), 0.5);
        for (int i = 0; i < 5 * 64; i++) run.set(3, i, Math.abs(run.at(3, i)));
        run.check(COMPILER, 1e-6);
    }

    @Test
    void sharesOneProgramBetweenLayersAndNumbersOfRows() {
        Loop one = KnownLoops.softmax(4, 33);
        Loop two = new Loop("other", "x", one.domain(), one.lastInner(), one.rowsPerTask(),
                one.places().stream().map(p -> new Place(p.buffer() + 7, p.dtype(), p.shape(), 3, p.strides())).toList(),
                one.body());
        assertThat(COMPILER.compile(two)).isSameAs(COMPILER.compile(one));
        assertThat(COMPILER.compile(KnownLoops.softmax(5, 33))).isSameAs(COMPILER.compile(one));
        assertThat(COMPILER.compile(KnownLoops.softmax(5, 34))).isNotSameAs(COMPILER.compile(one));
    }

    @Test
    void sharesOneProgramBetweenDenseLoopsOfAnySize() {
        LoopProgram program = COMPILER.compile(KnownLoops.adam(5, 64, 17, 2));
        assertThat(COMPILER.compile(KnownLoops.adam(9, 384, 384, 3))).isSameAs(program);
        assertThat(COMPILER.compile(KnownLoops.adam(1, 1536, 1536, 1))).isSameAs(program);
        assertThat(COMPILER.compile(KnownLoops.softmax(1, 40))).isSameAs(COMPILER.compile(KnownLoops.softmax(1, 700)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 37})
    void computesTheSameAfterWarmUp(int n) {
        for (Loop loop : KnownLoops.all(n)) {
            LoopCompiler compiler = new LoopCompiler();
            LoopRun run = new LoopRun(loop).fill(new Random(n), 0.5);
            var before = run.copy();
            run.run(compiler, before, false);
            compiler.compile(loop).warmUp();
            var after = run.copy();
            run.run(compiler, after, false);
            assertThat(after.mismatch(before)).as(loop.toString()).isEqualTo(-1);
        }
    }

    @Test
    void sumsAreTheSameInterpretedAndCompiled() {
        Loop loop = KnownLoops.softmax(8, 200);
        LoopRun run = new LoopRun(loop).fill(new Random(5), 3);
        LoopCompiler compiler = new LoopCompiler();
        var first = run.copy();
        run.run(compiler, first, false);
        for (int k = 0; k < 3000; k++) run.run(compiler, run.copy(), false);
        var late = run.copy();
        run.run(compiler, late, false);
        assertThat(late.mismatch(first)).isEqualTo(-1);
    }

    @Test
    void refusesMalformedLoops() {
        LoopBuilder b = new LoopBuilder(2, 8);
        int x = b.load(b.dense(DType.F32));
        b.store(b.scalar(DType.F32), x);
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> COMPILER.compile(b.build()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("inner stride");
        LoopBuilder c = new LoopBuilder(2, 8);
        c.store(c.dense(DType.I32), c.load(c.dense(DType.F32)));
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> COMPILER.compile(c.build()))
                .hasMessageContaining("memory of i32 holds no f32");
    }

    @Test
    void saysWhenALoopIsTooLarge() {
        LoopBuilder b = new LoopBuilder(2, 64);
        int x = b.load(b.dense(DType.F32));
        for (int k = 0; k < 60; k++) x = b.apply(new Erf(), x);
        b.store(DType.F32, x);
        assertThat(COMPILER.fits(b.build())).isFalse();
        assertThat(COMPILER.fits(KnownLoops.softmax(2, 8))).isTrue();
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> COMPILER.compile(b.build()))
                .isInstanceOf(LoopTooLargeException.class);
    }

    @Test
    void refusesForeignAddresses() {
        Loop loop = KnownLoops.softmax(2, 8);
        LoopProgram program = COMPILER.compile(loop);
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> program.bind(loop, new long[1]))
                .hasMessageContaining("2 places, got 1");
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> program.bind(KnownLoops.softmax(2, 9), new long[2]))
                .hasMessageContaining("not the loop");
        assertThat(Shape.of(1).rank()).isEqualTo(1);
    }
}
