package dev.gatun.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.gatun.graph.autodiff.Grad;
import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ops.CrossEntropy;
import dev.gatun.graph.ops.MaskedAttention;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CompileCacheTest {
    private static final int TOKENS = 19;
    private static final int WIDTH = 16;

    /** A step of descent: tokens that look at each other, but not at filling, guess themselves. */
    private static Graph step(int batch, int time) {
        TensorType ids = TensorType.of(DType.I32, batch, time);
        return Tracer.trace("step", t -> {
            Tensor table = t.state("table", TensorType.of(DType.F32, TOKENS, WIDTH));
            Tensor output = t.state("output", TensorType.of(DType.F32, WIDTH, TOKENS));
            Tensor tokens = t.data("tokens", ids);
            Tensor x = table.gather(tokens).reshape(batch, time, 2, WIDTH / 2);
            Tensor y = MaskedAttention.of(x, x, x, t.data("mask", ids)).reshape(batch, time, WIDTH);
            Tensor losses = y.matmul(output).apply(new CrossEntropy(0), tokens);
            Tensor loss = losses.mul(t.data("weights", TensorType.of(DType.F32, batch, time))).sumAll();
            t.output("loss", loss);
            List<Tensor> gradients = Grad.of(loss, List.of(table, output));
            t.update("table", table.sub(gradients.get(0)));
            t.update("output", output.sub(gradients.get(1)));
        });
    }

    private static void initialize(Executable e) {
        Random r = new Random(3);
        for (String name : List.of("table", "output")) {
            float[] x = new float[TOKENS * WIDTH];
            for (int i = 0; i < x.length; i++) x[i] = (float) r.nextGaussian();
            e.state(name).copyFrom(MemorySegment.ofArray(x));
        }
    }

    private static int[][] texts(Random r, int count, int longest) {
        return IntStream.range(0, count).mapToObj(i -> r.ints(i == 0 ? longest : 1 + r.nextInt(longest), 0, TOKENS).toArray()).toArray(int[][]::new);
    }

    private static float run(Executable e, Bucket at, int[][] texts) {
        int[] lengths = Arrays.stream(texts).mapToInt(t -> t.length).toArray();
        e.write(at.function(), "tokens", at.filled(texts, 0));
        e.write(at.function(), "mask", at.mask(lengths));
        e.write(at.function(), "weights", at.weights(lengths));
        e.run(at.function());
        return e.scalar(at.function(), "loss");
    }

    @ParameterizedTest
    @EnumSource(value = Backend.class, names = {"REFERENCE", "SIMD"})
    void bucketsTrainAsExactSizesDo(Backend backend) {
        Random r = new Random(8);
        try (Compiler c = new Compiler(backend, 1);
                CompileCache cache = new CompileCache(c, Buckets.doubling(1, 8), Buckets.doubling(4, 32), 3, CompileCacheTest::step)) {
            cache.at(1, 1);
            initialize(cache.executable());
            float[] states = cache.executable().state("table").toArray(ValueLayout.JAVA_FLOAT);
            for (int i = 0; i < 8; i++) { // growing, so that the arena has to
                int[][] texts = texts(r, 1 + i % 8, 3 + 2 * i);
                Bucket at = cache.at(texts.length, texts[0].length);
                float[] output = cache.executable().state("output").toArray(ValueLayout.JAVA_FLOAT);
                float loss = run(cache.executable(), at, texts);
                try (Executable exact = c.compile(step(texts.length, texts[0].length))) {
                    exact.state("table").copyFrom(MemorySegment.ofArray(states));
                    exact.state("output").copyFrom(MemorySegment.ofArray(output));
                    float expected = run(exact, new Bucket("step", texts.length, texts[0].length), texts);
                    assertThat(loss).as("step %d", i).isCloseTo(expected, within(1e-5f * (1 + Math.abs(expected))));
                    states = cache.executable().state("table").toArray(ValueLayout.JAVA_FLOAT);
                    float[] trained = exact.state("table").toArray(ValueLayout.JAVA_FLOAT);
                    for (int k = 0; k < states.length; k++) assertThat(states[k]).isCloseTo(trained[k], within(1e-4f));
                }
            }
        }
    }

    @Test
    void theLeastRecentlyUsedIsDropped() {
        try (Compiler c = new Compiler(Backend.SIMD, 1);
                CompileCache cache = new CompileCache(c, Buckets.of(1, 2), Buckets.of(4, 8), 2, CompileCacheTest::step)) {
            Bucket a = cache.at(1, 3);
            Bucket b = cache.at(1, 7);
            assertThat(cache.at(1, 4)).isEqualTo(a);
            cache.at(2, 2); // drops b
            assertThat(cache.size()).isEqualTo(2);
            assertThat(cache.at(1, 2)).isEqualTo(a);
            assertThat(cache.statistics()).extracting(CompileCache.Statistics::hits, CompileCache.Statistics::misses, CompileCache.Statistics::evictions)
                    .containsExactly(2L, 3L, 1L);
            assertThat(cache.statistics().compileNanos()).isPositive();
            assertThatThrownBy(() -> cache.executable().run(b.function())).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("no function step-1x8");
        }
    }

    @Test
    void memoryStaysFlatOverManySizes() {
        try (Compiler c = new Compiler(Backend.SIMD, 1);
                CompileCache cache = new CompileCache(c, Buckets.doubling(1, 4), Buckets.doubling(8, 16), 4, CompileCacheTest::step)) {
            Random r = new Random(1);
            cache.at(4, 16);
            initialize(cache.executable());
            for (int i = 0; i < 20; i++) cache.at(1 + r.nextInt(4), 1 + r.nextInt(16));
            long arena = cache.executable().arenaBytes();
            for (int i = 0; i < 2000; i++) {
                if (i % 100 == 0) cache.at(4, 1 + r.nextInt(16)); // some misses, many hits
                int[][] texts = texts(r, 1 + i / 700, 1 + r.nextInt(8));
                run(cache.executable(), cache.at(texts.length, texts[0].length), texts);
                assertThat(cache.size()).isLessThanOrEqualTo(4);
            }
            assertThat(cache.executable().arenaBytes()).isEqualTo(arena);
            assertThat(cache.statistics().hits()).isGreaterThan(1500);
        }
    }

    @Test
    void sizesThatFitNowhereAreRefused() {
        try (Compiler c = new Compiler(Backend.SIMD, 1);
                CompileCache cache = new CompileCache(c, Buckets.of(2), Buckets.of(4), 1, CompileCacheTest::step)) {
            assertThatThrownBy(() -> cache.at(3, 1)).hasMessage("size 3 does not fit into the largest bucket, 2");
            assertThatThrownBy(() -> cache.at(0, 1)).hasMessageContaining("at least 1");
            assertThatThrownBy(cache::executable).isInstanceOf(IllegalStateException.class);
            Bucket at = cache.at(1, 1);
            assertThatThrownBy(() -> at.filled(new int[3][1], 0)).hasMessageContaining("3 sequences do not fit into a bucket of 2");
            assertThatThrownBy(() -> at.mask(5)).hasMessageContaining("sequence 0 of length 5");
        }
        assertThatThrownBy(() -> Buckets.of(4, 4)).hasMessageContaining("must ascend");
        assertThat(Buckets.doubling(3, 20).sizes()).containsExactly(3, 6, 12, 20);
    }
}
