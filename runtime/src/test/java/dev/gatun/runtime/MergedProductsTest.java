package dev.gatun.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.gatun.graph.autodiff.Grad;
import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ops.Attention;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Attention by separate weights, with and without the passes that merge its products and run its updates together. */
class MergedProductsTest {
    private static final int BATCH = 9;
    private static final int TIME = 64;
    private static final int WIDTH = 33;

    /** One step of descent: queries of four heads, keys and values of two, each with a bias of its own. */
    private static Graph step(boolean biases) {
        return Tracer.trace("step", t -> {
            Map<String, Tensor> states = new HashMap<>();
            Tensor first = t.state("first", TensorType.of(DType.F32, WIDTH));
            states.put("first", first);
            Tensor x = t.data("x", TensorType.of(DType.F32, BATCH, TIME, WIDTH)).mul(first);
            List<Tensor> parts = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                int n = i == 0 ? 64 : 32;
                Tensor w = t.state("w" + i, TensorType.of(DType.F32, WIDTH, n));
                Tensor b = t.state("b" + i, TensorType.of(DType.F32, n));
                states.put("w" + i, w);
                Tensor y = x.matmul(w);
                if (biases) {
                    states.put("b" + i, b);
                    y = y.add(b);
                }
                parts.add((i < 2 ? y.mul(0.5) : y).reshape(BATCH, TIME, n / 16, 16));
            }
            Tensor y = parts.get(0).apply(new Attention(true), parts.get(1), parts.get(2));
            Tensor loss = y.mul(y).mean();
            t.output("loss", loss);
            List<String> names = List.copyOf(states.keySet());
            List<Tensor> gradients = Grad.of(loss, names.stream().map(states::get).toList());
            for (int i = 0; i < names.size(); i++) t.update(names.get(i), states.get(names.get(i)).sub(gradients.get(i)));
        });
    }

    private static Map<String, float[]> run(Backend backend, boolean biases, Set<String> without) {
        try (Compiler c = new Compiler(backend, Precision.F32, 1, 0, without); Executable e = c.compile(step(biases))) {
            Random r = new Random(5);
            float[] x = new float[BATCH * TIME * WIDTH];
            for (int i = 0; i < x.length; i++) x[i] = (float) r.nextGaussian();
            e.write("step", "x", x);
            e.states().stream().map(s -> s.name()).sorted().forEach(name -> {
                var memory = e.state(name);
                for (long at = 0; at < memory.byteSize(); at += 4) memory.set(ValueLayout.JAVA_FLOAT, at, (float) r.nextGaussian() * 0.3f);
            });
            e.run("step");
            e.run("step");
            Map<String, float[]> results = new HashMap<>();
            e.states().forEach(s -> results.put(s.name(), e.state(s.name()).toArray(ValueLayout.JAVA_FLOAT)));
            results.put("loss", new float[] {e.scalar("step", "loss")});
            return results;
        }
    }

    private static void compare(Map<String, float[]> actual, Map<String, float[]> expected, float tolerance) {
        assertThat(actual.keySet()).isEqualTo(expected.keySet());
        expected.forEach((name, values) -> {
            for (int i = 0; i < values.length; i++) {
                assertThat(actual.get(name)[i]).as("%s[%d]", name, i).isCloseTo(values[i], within(tolerance * (1 + Math.abs(values[i]))));
            }
        });
    }

    @ParameterizedTest
    @EnumSource(value = Backend.class, names = {"AUTO", "SIMD"})
    void mergedProductsGiveWhatSeparateOnesDo(Backend backend) {
        for (boolean biases : new boolean[] {false, true}) {
            compare(run(backend, biases, Set.of()),
                    run(Backend.REFERENCE, biases, Set.of()), 1e-4f);
        }
    }

    @Test
    void passesCanBeLeftOut() {
        Map<String, float[]> all = run(Backend.SIMD, true, Set.of());
        compare(run(Backend.SIMD, true, Set.of("common", "in-place", "layouts")), all, 1e-4f);
        compare(run(Backend.SIMD, true, Set.copyOf(Compiler.passes())), all, 1e-4f);
    }

    @Test
    void everyPassCanBeLeftOutOfAPlan() {
        for (String pass : Compiler.passes()) {
            try (Compiler c = new Compiler(Backend.SIMD, Precision.F32, 1, 0, Set.of(pass))) {
                assertThat(c.plan(step(true)).plans().getFirst().steps()).as(pass).isNotEmpty();
            }
        }
    }

    @Test
    void anUnknownPassIsRefusedByName() {
        assertThatThrownBy(() -> new Compiler(Backend.SIMD, Precision.F32, 1, 0, Set.of("folding")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no pass is named folding: choose among ");
    }
}
