package dev.gatun.models.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import dev.gatun.runtime.Backend;
import dev.gatun.runtime.Compiler;
import dev.gatun.runtime.Executable;
import dev.gatun.runtime.reference.Interpreter;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OptimizerTest {
    private static final int N = 19;
    private static final int STEPS = 7;
    private static final double RATE = 0.05;

    private static double gradient(int step, int i) {
        return Math.sin(3 * step + i) * (i + 1);
    }

    private static Graph graph(Optimizer optimizer) {
        return Tracer.trace("update", t -> {
            TensorType type = TensorType.of(DType.F32, N);
            Trained p = new Trained("w", t.state("w", type), t.data("g", type));
            optimizer.update(t, List.of(p), t.data("rate", TensorType.of(DType.F32)), t.data("step", TensorType.of(DType.F32)));
        });
    }

    /** Runs the graph on a backend for some steps and returns the parameter. */
    private static float[] run(Optimizer optimizer, Backend backend) {
        try (Compiler compiler = new Compiler(backend, 1); Executable e = compiler.compile(graph(optimizer))) {
            e.states().forEach(s -> e.state(s.name()).fill((byte) 0));
            for (int i = 0; i < N; i++) e.state("w").setAtIndex(ValueLayout.JAVA_FLOAT, i, i - 5);
            for (int step = 1; step <= STEPS; step++) {
                float[] g = new float[N];
                for (int i = 0; i < N; i++) g[i] = (float) gradient(step, i);
                e.write("update", "g", g);
                e.write("update", "rate", (float) RATE);
                e.write("update", "step", step);
                e.run("update");
            }
            return e.state("w").toArray(ValueLayout.JAVA_FLOAT);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"REFERENCE", "SIMD"})
    void adamWFollowsItsFormula(Backend backend) {
        float[] w = run(new AdamW(0.9, 0.999, 1e-8, 0.1, true), backend);
        for (int i = 0; i < N; i++) {
            double x = i - 5;
            double m = 0;
            double v = 0;
            for (int step = 1; step <= STEPS; step++) {
                double g = gradient(step, i);
                m = 0.9 * m + 0.1 * g;
                v = 0.999 * v + 0.001 * g * g;
                double c1 = 1 - Math.pow(0.9, step);
                double c2 = 1 - Math.pow(0.999, step);
                x = x * (1 - RATE * 0.1) - RATE * (m / c1) / (Math.sqrt(v / c2) + 1e-8);
            }
            assertThat((double) w[i]).isCloseTo(x, within(2e-5 * Math.max(1, Math.abs(x))));
        }
    }

    @Test
    void adamWLeavesVectorsUndecayedWhenAsked() {
        float[] decayed = run(new AdamW(0.9, 0.999, 1e-8, 0.1, true), Backend.REFERENCE);
        float[] kept = run(new AdamW(0.9, 0.999, 1e-8, 0.1, false), Backend.REFERENCE);
        assertThat(kept).isEqualTo(run(new AdamW(0.9, 0.999, 1e-8, 0, false), Backend.REFERENCE)).isNotEqualTo(decayed);
    }

    @Test
    void biasCorrectionKeepsItsDigitsAtTheFirstStep() {
        Graph g = graph(new AdamW(0.9, 0.999, 0, 0, true));
        Map<String, double[]> in = new HashMap<>(Map.of("w", new double[N], "g", new double[N], "rate", new double[] {1},
                "step", new double[] {1}, "optimizer.m.w", new double[N], "optimizer.v.w", new double[N]));
        for (int i = 0; i < N; i++) in.get("g")[i] = 0.25;
        // m / c1 = g and sqrt(v / c2) = |g|: the first step is the learning rate itself
        assertThat(new Interpreter(g, false).run(in).get("w")[0]).isCloseTo(-1, within(1e-5));
    }

    @ParameterizedTest
    @EnumSource(names = {"REFERENCE", "SIMD"})
    void sgdFollowsItsFormulas(Backend backend) {
        for (boolean nesterov : new boolean[] {false, true}) {
            for (double momentum : nesterov ? new double[] {0.9} : new double[] {0, 0.9}) {
                float[] w = run(new Sgd(momentum, nesterov, 0.01), backend);
                for (int i = 0; i < N; i++) {
                    double x = i - 5;
                    double u = 0;
                    for (int step = 1; step <= STEPS; step++) {
                        double g = gradient(step, i) + 0.01 * x;
                        u = momentum * u + g;
                        x -= RATE * (nesterov ? g + momentum * u : u);
                    }
                    assertThat((double) w[i]).isCloseTo(x, within(2e-5 * Math.max(1, Math.abs(x))));
                }
            }
        }
    }

    /** A scalar's update by plain arithmetic: takes the gradient and the step, keeps its own memory. */
    private interface Rule {
        double step(double x, double g, int step);
    }

    private static void follows(Optimizer optimizer, Backend backend, Supplier<Rule> oracle) {
        float[] w = run(optimizer, backend);
        for (int i = 0; i < N; i++) {
            Rule rule = oracle.get();
            double x = i - 5;
            for (int step = 1; step <= STEPS; step++) x = rule.step(x, gradient(step, i), step);
            assertThat((double) w[i]).as(optimizer + " [" + i + "]").isCloseTo(x, within(2e-5 * Math.max(1, Math.abs(x))));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"REFERENCE", "SIMD"})
    void adamFollowsItsFormula(Backend backend) {
        for (double decay : new double[] {0, 0.1}) {
            follows(new Adam(0.8, 0.99, 1e-8, decay), backend, () -> new Rule() {
                double m;
                double v;

                @Override
                public double step(double x, double gradient, int step) {
                    double g = gradient + decay * x;
                    m = 0.8 * m + 0.2 * g;
                    v = 0.99 * v + 0.01 * g * g;
                    return x - RATE * (m / (1 - Math.pow(0.8, step))) / (Math.sqrt(v / (1 - Math.pow(0.99, step))) + 1e-8);
                }
            });
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"REFERENCE", "SIMD"})
    void rmsPropFollowsItsFormula(Backend backend) {
        for (double momentum : new double[] {0, 0.9}) {
            follows(new RmsProp(0.9, 1e-3, momentum, 0.01), backend, () -> new Rule() {
                double v;
                double u;

                @Override
                public double step(double x, double gradient, int step) {
                    double g = gradient + 0.01 * x;
                    v = 0.9 * v + 0.1 * g * g;
                    u = momentum * u + g / (Math.sqrt(v) + 1e-3);
                    return x - RATE * u;
                }
            });
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"REFERENCE", "SIMD"})
    void lionFollowsItsFormula(Backend backend) {
        for (double decay : new double[] {0, 0.3}) {
            follows(new Lion(0.9, 0.99, decay), backend, () -> new Rule() {
                double m;

                @Override
                public double step(double x, double g, int step) {
                    double c = 0.9 * m + 0.1 * g;
                    m = 0.99 * m + 0.01 * g;
                    return x - RATE * (Math.signum(c) + decay * x);
                }
            });
        }
    }

    @Test
    void lionStaysWhereNothingPulls() {
        Map<String, double[]> in = Map.of("w", new double[N], "g", new double[N], "rate", new double[] {1}, "step", new double[] {1},
                "optimizer.m.w", new double[N]);
        assertThat(new Interpreter(graph(Lion.standard()), true).run(in).get("w")).containsOnly(0);
    }

    @Test
    void clippingShortensLongGradientsOnly() {
        for (double scale : new double[] {0.01, 1, 100}) {
            Graph graph = Tracer.trace("clip", t -> {
                List<Tensor> g = List.of(t.data("a", TensorType.of(DType.F32, 3, 2)), t.data("b", TensorType.of(DType.F32, 5)));
                Tensor norm = GlobalNorm.of(g);
                t.output("norm", norm);
                List<Tensor> clipped = GlobalNorm.clip(g, norm, 2);
                t.output("x", clipped.get(0));
                t.output("y", clipped.get(1));
            });
            double[] a = {scale, -2 * scale, 3 * scale, 0, scale, scale};
            double[] b = {scale, scale, scale, scale, -scale};
            double norm = Math.sqrt(16 + 5) * scale;
            var out = new Interpreter(graph, true).run(Map.of("a", a, "b", b));
            double factor = Math.min(1, 2 / (norm + 1e-6));
            assertThat(out.get("norm")[0]).isCloseTo(norm, within(1e-9 * norm));
            assertThat(out.get("x")[2]).isCloseTo(3 * scale * factor, within(1e-9 * scale));
            assertThat(out.get("y")[4]).isCloseTo(-scale * factor, within(1e-9 * scale));
        }
    }

    @Test
    void theCosineRisesAndFalls() {
        LearningRate r = new LearningRate.Cosine(1, 0.1, 10, 110);
        assertThat(r.at(1)).isCloseTo(0.1, within(1e-12));
        assertThat(r.at(10)).isEqualTo(1);
        assertThat(r.at(60)).isCloseTo(0.55, within(1e-12));
        assertThat(r.at(110)).isCloseTo(0.1, within(1e-12));
        assertThat(r.at(999)).isEqualTo(0.1);
        assertThat(new LearningRate.Constant(0.3).at(5)).isEqualTo(0.3);
    }

    @Test
    void settingsOutOfRangeAreNamed() {
        assertThatThrownBy(() -> new AdamW(1, 0.9, 1e-8, 0, true)).hasMessageContaining("beta1");
        assertThatThrownBy(() -> new AdamW(0.9, 0.9, 1e-8, Double.NaN, true)).hasMessageContaining("weight decay");
        assertThatThrownBy(() -> new Adam(0.9, 1.5, 1e-8, 0)).hasMessageContaining("beta2");
        assertThatThrownBy(() -> new RmsProp(-1, 1e-8, 0, 0)).hasMessageContaining("alpha");
        assertThatThrownBy(() -> new Lion(0.9, 0.99, -1)).hasMessageContaining("weight decay");
        assertThatThrownBy(() -> new Sgd(0, true, 0)).hasMessageContaining("Nesterov");
        assertThatThrownBy(() -> new LearningRate.Constant(0)).hasMessageContaining("learning rate");
        assertThatThrownBy(() -> new LearningRate.Cosine(1, 2, 0, 5)).hasMessageContaining("floor");
    }
}
