package dev.gatun.bindings;

import static dev.gatun.bindings.OneDnnTensor.rowMajor;
import static dev.gatun.bindings.OneDnnType.BF16;
import static dev.gatun.bindings.OneDnnType.F32;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class OneDnnMatmulTest {
    private static final long[] AWKWARD = {1, 15, 17, 33};

    private static OneDnn oneDnn;

    @BeforeAll
    static void open() {
        oneDnn = Tensors.open(2);
    }

    @AfterAll
    static void close() {
        oneDnn.close();
    }

    static Stream<Arguments> sizes() {
        List<Arguments> rows = new ArrayList<>();
        for (OneDnnType type : List.of(F32, BF16)) {
            for (long m : AWKWARD) {
                for (long n : AWKWARD) {
                    for (long k : AWKWARD) {
                        rows.add(Arguments.of(type, m, n, k));
                    }
                }
            }
        }
        return rows.stream();
    }

    @ParameterizedTest(name = "{0} {1}x{2}x{3}")
    @MethodSource("sizes")
    void multipliesAwkwardSizesWithEitherMatrixTransposed(OneDnnType type, long m, long n, long k) {
        OneDnnTensor c = rowMajor(type, m, n);
        List<OneDnnTensor> as = List.of(rowMajor(type, m, k), rowMajor(type, k, m).transposed());
        List<OneDnnTensor> bs = List.of(rowMajor(type, k, n), rowMajor(type, n, k).transposed());
        for (OneDnnTensor a : as) {
            for (OneDnnTensor b : bs) {
                check(OneDnnMatmul.Spec.of(a, b, c), x -> x);
            }
        }
    }

    @Test
    void multipliesBatchesInsideALargerTensor() {
        // heads (B,T,H,D) seen as (B,H,T,D): scores = q · k^T, both inside one fused buffer
        long b = 2, t = 17, h = 3, d = 15;
        OneDnnTensor q = new OneDnnTensor(F32, List.of(b, h, t, d), List.of(t * 3 * h * d, d, 3 * h * d, 1L));
        check(OneDnnMatmul.Spec.of(q, q.transposed(), rowMajor(F32, b, h, t, t)), x -> x);
    }

    @Test
    void repeatsABatchOfOne() {
        check(OneDnnMatmul.Spec.of(rowMajor(F32, 5, 15, 17), rowMajor(F32, 1, 17, 33), rowMajor(F32, 5, 15, 33)),
                x -> x);
    }

    @Test
    void writesBf16ProductsAsF32() {
        check(OneDnnMatmul.Spec.of(rowMajor(BF16, 33, 129), rowMajor(BF16, 129, 17), rowMajor(F32, 33, 17)), x -> x);
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "BF16"})
    void addsABias(OneDnnType type) {
        check(spec(type).withBias(rowMajor(F32, 33)), x -> x);
    }

    static Stream<Arguments> functions() {
        return Stream.of(
                Arguments.of(OneDnnPostOp.relu(), (DoubleUnaryOperator) x -> Math.max(x, 0)),
                Arguments.of(OneDnnPostOp.scale(0.125f), (DoubleUnaryOperator) x -> x * 0.125),
                Arguments.of(OneDnnPostOp.geluTanh(), (DoubleUnaryOperator) x ->
                        x / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)))),
                Arguments.of(OneDnnPostOp.geluErf(), (DoubleUnaryOperator) x -> x / 2 * (1 + erf(x / Math.sqrt(2)))),
                Arguments.of(new OneDnnPostOp.Eltwise(OneDnnPostOp.Function.TANH, 0, 0),
                        (DoubleUnaryOperator) Math::tanh),
                Arguments.of(new OneDnnPostOp.Eltwise(OneDnnPostOp.Function.LOGISTIC, 0, 0),
                        (DoubleUnaryOperator) x -> 1 / (1 + Math.exp(-x))),
                Arguments.of(new OneDnnPostOp.Eltwise(OneDnnPostOp.Function.LINEAR, 2, 3),
                        (DoubleUnaryOperator) x -> 2 * x + 3));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("functions")
    void appliesFunctions(OneDnnPostOp postOp, DoubleUnaryOperator function) {
        for (OneDnnType type : List.of(F32, BF16)) {
            check(spec(type).withBias(rowMajor(F32, 33)).withPostOps(postOp), function);
        }
    }

    @Test
    void accumulatesIntoTheResult() {
        check(spec(F32).withPostOps(OneDnnPostOp.accumulate()), x -> x);
        check(spec(BF16).withPostOps(new OneDnnPostOp.Sum(0.5f)), x -> x);
    }

    @Test
    void combinesWithAResidual() {
        check(spec(F32).withPostOps(OneDnnPostOp.add(rowMajor(F32, 17, 33))), x -> x);
        check(spec(F32).withPostOps(OneDnnPostOp.add(rowMajor(F32, 33, 17).transposed())), x -> x);
        check(spec(F32).withPostOps(OneDnnPostOp.add(rowMajor(F32, 17, 33).strided(40, 1))), x -> x);
        check(spec(BF16).withPostOps(OneDnnPostOp.multiply(rowMajor(F32, 33))), x -> x);
    }

    @Test
    void chainsPostOpsInOrder() {
        OneDnnMatmul.Spec spec = spec(F32).withBias(rowMajor(F32, 33))
                .withPostOps(OneDnnPostOp.relu(), OneDnnPostOp.add(rowMajor(F32, 17, 33)));
        check(spec, x -> Math.max(x, 0));
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "BF16"})
    void readsWeightsPackedAsTheLibraryLikesThem(OneDnnType type) {
        OneDnnTensor a = rowMajor(type, 64, 96);
        OneDnnTensor plain = rowMajor(F32, 96, 80);
        OneDnnTensor c = rowMajor(F32, 64, 80);
        OneDnnMatmul.Spec spec = OneDnnMatmul.Spec.of(a, OneDnnTensor.any(type, 96, 80), c);
        try (OneDnnMatmul matmul = oneDnn.matmul(spec);
                OneDnnReorder packer = matmul.packer(plain);
                Arena arena = Arena.ofConfined()) {
            assertThat(matmul.needsPacking(plain)).isTrue();
            assertThat(packer.toBytes()).isEqualTo(matmul.weightBytes()).isGreaterThanOrEqualTo(96 * 80 * type.bytes());
            MemorySegment x = Tensors.random(arena, a, 1);
            MemorySegment w = Tensors.random(arena, plain, 2);
            MemorySegment packed = arena.allocate(matmul.weightBytes(), 64);
            MemorySegment y = Tensors.zeros(arena, c);
            packer.execute(w, packed);
            matmul.execute(x, packed, MemorySegment.NULL, MemorySegment.NULL, y,
                    Tensors.scratchpad(arena, matmul.scratchpadBytes()));
            for (long i = 0; i < 64; i++) {
                for (long j = 0; j < 80; j++) {
                    double sum = 0;
                    for (long p = 0; p < 96; p++) {
                        sum += (double) Tensors.get(x, a, i, p) * Tensors.get(w, plain, p, j);
                    }
                    double rounded = type == BF16 ? 96 / 256.0 / 4 : 0; // weights were rounded on the way
                    assertThat((double) Tensors.get(y, c, i, j))
                            .isCloseTo(sum, within(Tensors.tolerance(c, 96, sum) + rounded));
                }
            }
        }
    }

    /** Factors of 1 + 2^-10 become 1 in bf16, so the sum of 64 products shows whether they were rounded. */
    @Test
    void roundsF32ToBf16OnlyWhenAllowed() {
        OneDnnTensor square = rowMajor(F32, 64, 64);
        double factor = 1 + 1.0 / 1024;
        for (OneDnnMath math : OneDnnMath.values()) {
            OneDnnMatmul.Spec spec = OneDnnMatmul.Spec.of(square, square, square).withMath(math);
            try (OneDnnMatmul matmul = oneDnn.matmul(spec); Arena arena = Arena.ofConfined()) {
                MemorySegment x = Tensors.zeros(arena, square);
                for (long i = 0; i < 64 * 64; i++) {
                    x.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) factor);
                }
                MemorySegment y = Tensors.zeros(arena, square);
                matmul.execute(x, x, MemorySegment.NULL, MemorySegment.NULL, y,
                        Tensors.scratchpad(arena, matmul.scratchpadBytes()));
                double exact = 64 * factor * factor;
                assertThat((double) Tensors.get(y, square, 7, 9)).as("%s", math)
                        .isCloseTo(math == OneDnnMath.BF16 && Tensors.get(y, square, 7, 9) < 64.01 ? 64 : exact,
                                within(1e-4));
            }
        }
    }

    @Test
    void closingWhileAnotherThreadMultipliesIsRefusedOrWaitsItsTurnButNeverCrashes() throws Exception {
        OneDnnMatmul.Spec spec = spec(F32);
        for (int round = 0; round < 5; round++) {
            OneDnnMatmul matmul = oneDnn.matmul(spec);
            try (Arena arena = Arena.ofShared(); ExecutorService pool = Executors.newSingleThreadExecutor()) {
                MemorySegment a = Tensors.zeros(arena, spec.a());
                MemorySegment b = Tensors.zeros(arena, spec.b());
                MemorySegment c = Tensors.zeros(arena, spec.c());
                MemorySegment scratch = Tensors.scratchpad(arena, matmul.scratchpadBytes());
                CountDownLatch running = new CountDownLatch(1);
                Future<?> loop = pool.submit(() -> {
                    while (true) {
                        matmul.execute(a, b, MemorySegment.NULL, MemorySegment.NULL, c, scratch);
                        running.countDown();
                        Thread.yield();
                    }
                });
                running.await();
                boolean closed = false;
                while (!closed) {
                    try {
                        matmul.close();
                        closed = true;
                    } catch (IllegalStateException executing) {
                        Thread.onSpinWait();
                    }
                }
                assertThatThrownBy(loop::get).hasCauseInstanceOf(IllegalStateException.class);
            }
        }
    }

    @Test
    void allCallsOfAnEngineHaveItsNumberOfThreads() {
        try (OneDnn single = Tensors.open(1)) {
            single.claimThreads();
            assertThat(OpenMp.maxThreads()).isEqualTo(1);
            oneDnn.claimThreads();
            assertThat(OpenMp.maxThreads()).isEqualTo(2);
            assertThat(single.threads()).isEqualTo(1);
        }
        assertThatIllegalArgumentException().isThrownBy(() -> OneDnn.open(OneDnnLibraryTest.ready(), 0))
                .withMessage("threads is at least 1, not 0");
    }

    @Test
    void namesTheCodeItChose() {
        try (OneDnnMatmul matmul = oneDnn.matmul(spec(F32))) {
            assertThat(matmul.code()).matches("[a-z0-9_]+(:[a-z0-9_]+)*");
        }
    }

    @Test
    void twoThreadsEachMultiplyTheirHalf() throws ExecutionException, InterruptedException {
        OneDnnTensor half = rowMajor(F32, 33, 64);
        OneDnnTensor b = rowMajor(F32, 64, 48);
        OneDnnTensor c = rowMajor(F32, 33, 48);
        try (OneDnn single = Tensors.open(1);
                Arena arena = Arena.ofShared();
                ExecutorService pool = Executors.newFixedThreadPool(2)) {
            MemorySegment x = Tensors.random(arena, rowMajor(F32, 66, 64), 5);
            MemorySegment w = Tensors.random(arena, b, 6);
            MemorySegment whole = arena.allocate(2 * c.bytes(), 64);
            try (OneDnnMatmul all = single.matmul(
                    OneDnnMatmul.Spec.of(rowMajor(F32, 66, 64), b, rowMajor(F32, 66, 48)))) {
                all.execute(x, w, MemorySegment.NULL, MemorySegment.NULL, whole,
                        Tensors.scratchpad(arena, all.scratchpadBytes()));
            }
            MemorySegment halves = arena.allocate(2 * c.bytes(), 64);
            List<Future<?>> done = new ArrayList<>();
            for (int part = 0; part < 2; part++) {
                MemorySegment from = x.asSlice(part * half.bytes(), half.bytes());
                MemorySegment to = halves.asSlice(part * c.bytes(), c.bytes());
                OneDnnMatmul mine = single.matmul(OneDnnMatmul.Spec.of(half, b, c));
                MemorySegment scratch = Tensors.scratchpad(arena, mine.scratchpadBytes());
                done.add(pool.submit(() -> {
                    for (int i = 0; i < 500; i++) {
                        mine.execute(from, w, MemorySegment.NULL, MemorySegment.NULL, to, scratch);
                    }
                }));
            }
            for (Future<?> part : done) {
                part.get();
            }
            for (long i = 0; i < 66 * 48; i++) {
                assertThat(halves.get(ValueLayout.JAVA_FLOAT, i * 4))
                        .isCloseTo(whole.get(ValueLayout.JAVA_FLOAT, i * 4), within(1e-4f));
            }
        }
    }

    @Test
    void aRefusedShapeIsNamed() {
        OneDnnException e = catchThrowableOfType(OneDnnException.class, () -> oneDnn.matmul(OneDnnMatmul.Spec.of(
                rowMajor(F32, 4, 2), rowMajor(F32, 3, 4), rowMajor(F32, 4, 4))));
        assertThat(e).hasMessage("matmul f32[4,2] x f32[3,4] -> f32[4,4]: invalid arguments (dnnl status 2)");
        assertThat(e.status()).isEqualTo(OneDnnException.Status.INVALID_ARGUMENTS);
        assertThat(e.operation()).isEqualTo("matmul f32[4,2] x f32[3,4] -> f32[4,4]");
    }

    @Test
    void anUnfitSegmentIsNamedBeforeNativeCodeSeesIt() {
        OneDnnMatmul.Spec spec = spec(F32).withBias(rowMajor(F32, 33));
        try (OneDnnMatmul matmul = oneDnn.matmul(spec); Arena arena = Arena.ofConfined()) {
            MemorySegment a = Tensors.zeros(arena, spec.a());
            MemorySegment b = Tensors.zeros(arena, spec.b());
            MemorySegment bias = arena.allocate(33 * 4, 64);
            MemorySegment c = Tensors.zeros(arena, spec.c());
            MemorySegment none = MemorySegment.NULL;
            MemorySegment scratch = Tensors.scratchpad(arena, matmul.scratchpadBytes());
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> matmul.execute(a.asSlice(4), b, bias, none, c, scratch))
                    .withMessage(spec + ": a has " + (17 * 15 * 4 - 4) + " bytes, needed are " + 17 * 15 * 4);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> matmul.execute(
                            a, MemorySegment.ofArray(new float[15 * 33]), bias, none, c, scratch))
                    .withMessageContaining("b is on the Java heap");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> matmul.execute(a, b, none, none, c, scratch))
                    .withMessageContaining("bias has 0 bytes, needed are 132");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> matmul.execute(a, b, bias, c, c, scratch))
                    .withMessageContaining("has no residual");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> matmul.execute(a, b, bias, none, c.asReadOnly(), scratch))
                    .withMessageContaining("c is written but its segment is read-only");
            MemorySegment gone;
            try (Arena brief = Arena.ofConfined()) {
                gone = Tensors.zeros(brief, spec.a());
            }
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> matmul.execute(gone, b, bias, none, c, scratch))
                    .withMessageContaining("a belongs to an Arena that is closed");
        }
    }

    @Test
    void aClosedOwnerClosesItsPrimitives() {
        OneDnn brief = Tensors.open(1);
        OneDnnMatmul.Spec spec = spec(F32);
        OneDnnMatmul matmul = brief.matmul(spec);
        brief.close();
        brief.close();
        matmul.close();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment enough = arena.allocate(1 << 20, 64);
            assertThatThrownBy(() -> matmul.execute(
                    enough, enough, MemorySegment.NULL, MemorySegment.NULL, enough, enough))
                    .isInstanceOf(IllegalStateException.class).hasMessage(spec + " is closed");
        }
        assertThatThrownBy(() -> brief.matmul(spec)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void specsRejectWhatTheLibraryCouldMisread() {
        assertThatIllegalArgumentException().isThrownBy(() -> rowMajor(F32, 4, 0)).withMessageContaining("at least 1");
        assertThatIllegalArgumentException().isThrownBy(() -> rowMajor(F32)).withMessageContaining("1 to 12 dims");
        assertThatIllegalArgumentException().isThrownBy(() -> rowMajor(F32, 2, 2).strided(1))
                .withMessageContaining("as many strides");
        assertThatIllegalArgumentException().isThrownBy(() -> OneDnnTensor.any(F32, 1L << 40, 1L << 40))
                .withMessageContaining("too large");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OneDnnMatmul.Spec.of(
                        rowMajor(F32, 2, 3), rowMajor(F32, 1, 3, 2), rowMajor(F32, 2, 2)))
                .withMessageContaining("same rank");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> spec(F32).withPostOps(OneDnnPostOp.add(rowMajor(F32, 33)),
                        OneDnnPostOp.multiply(rowMajor(F32, 33))))
                .withMessageContaining("at most one post-op has an operand");
    }

    /** (17,15) x (15,33). */
    private static OneDnnMatmul.Spec spec(OneDnnType type) {
        return OneDnnMatmul.Spec.of(rowMajor(type, 17, 15), rowMajor(type, 15, 33), rowMajor(type, 17, 33));
    }

    /** Runs a spec on random data and compares each element with {@code function} of the sum, then Sum or Binary. */
    private static void check(OneDnnMatmul.Spec spec, DoubleUnaryOperator function) {
        try (OneDnnMatmul matmul = oneDnn.matmul(spec); Arena arena = Arena.ofConfined()) {
            MemorySegment a = Tensors.random(arena, spec.a(), 1);
            MemorySegment b = Tensors.random(arena, spec.b(), 2);
            MemorySegment c = Tensors.random(arena, spec.c(), 3);
            MemorySegment before = arena.allocate(c.byteSize()).copyFrom(c);
            MemorySegment bias = spec.bias().map(t -> Tensors.random(arena, t, 4)).orElse(MemorySegment.NULL);
            MemorySegment residual = operand(spec) == null ? MemorySegment.NULL
                    : Tensors.random(arena, operand(spec), 5);
            matmul.execute(a, b, bias, residual, c, Tensors.scratchpad(arena, matmul.scratchpadBytes()));
            long[] at = new long[spec.c().dims().size()];
            do {
                double value = function.applyAsDouble(sum(spec, a, b, at)
                        + (spec.bias().isPresent() ? Tensors.get(bias, spec.bias().get(), at[at.length - 1]) : 0));
                for (OneDnnPostOp postOp : spec.postOps()) {
                    value = switch (postOp) {
                        case OneDnnPostOp.Eltwise e -> value;
                        case OneDnnPostOp.Sum s -> value + s.scale() * Tensors.get(before, spec.c(), at);
                        case OneDnnPostOp.Binary o -> combined(o, value, residual, at);
                    };
                }
                assertThat((double) Tensors.get(c, spec.c(), at)).as("%s at %s", spec, at)
                        .isCloseTo(value, within(Tensors.tolerance(spec.c(), k(spec), value)));
            } while (Tensors.next(at, spec.c()));
        }
    }

    private static double combined(OneDnnPostOp.Binary postOp, double value, MemorySegment operand, long[] at) {
        int rank = postOp.operand().dims().size();
        long[] tail = Arrays.copyOfRange(at, at.length - rank, at.length);
        float other = Tensors.get(operand, postOp.operand(), tail);
        return postOp.combination() == OneDnnPostOp.Combination.ADD ? value + other : value * other;
    }

    private static double sum(OneDnnMatmul.Spec spec, MemorySegment a, MemorySegment b, long[] at) {
        long[] inA = at.clone();
        long[] inB = at.clone();
        double sum = 0;
        for (long p = 0; p < k(spec); p++) {
            inA[at.length - 1] = p;
            inB[at.length - 2] = p;
            sum += (double) Tensors.get(a, spec.a(), inA) * Tensors.get(b, spec.b(), inB);
        }
        return sum;
    }

    private static long k(OneDnnMatmul.Spec spec) {
        return spec.a().dims().getLast();
    }

    private static OneDnnTensor operand(OneDnnMatmul.Spec spec) {
        return spec.postOps().stream().filter(OneDnnPostOp.Binary.class::isInstance)
                .map(p -> ((OneDnnPostOp.Binary) p).operand()).findFirst().orElse(null);
    }

    /** By its series, exact to double for the small arguments used here. */
    private static double erf(double x) {
        double term = x;
        double sum = x;
        for (int n = 1; n < 200; n++) {
            term *= -x * x / n;
            sum += term / (2 * n + 1);
        }
        return 2 / Math.sqrt(Math.PI) * sum;
    }
}
