package dev.gatun.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.gatun.bindings.OneDnnLibrary;
import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ir.Input;
import dev.gatun.graph.ops.Conv2d;
import dev.gatun.graph.ops.FusedConv2d;
import dev.gatun.graph.ops.Philox;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.schedule.Call;
import dev.gatun.graph.schedule.Step;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import dev.gatun.runtime.reference.Interpreter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A convolution and what follows it is one step of the plan, and right on all backends. */
class FusedConvolutionTest {
    private static final double F32 = 2e-5;
    private static final double BF16 = 2e-2;
    private static Compiler simd;
    private static Compiler oneDnn;
    private static Compiler mixed;

    @BeforeAll
    static void open() {
        simd = new Compiler(Backend.SIMD, 2);
        if (!(OneDnnLibrary.probe() instanceof OneDnnLibrary.Ready)) return;
        oneDnn = new Compiler(Backend.ONEDNN, 2);
        mixed = new Compiler(Backend.ONEDNN, Precision.BF16, 2);
    }

    @AfterAll
    static void close() {
        simd.close();
        if (oneDnn == null) return;
        oneDnn.close();
        mixed.close();
    }

    /** What follows. */
    private enum Tail {
        BIAS_RELU,
        SCALE_BIAS_RESIDUAL_RELU,
        BIAS_RELU_RESIDUAL,
        SCALE_BIAS,
        RESIDUAL
    }

    /** Images, rows, columns, channels in and out, window, stride, padding, groups. */
    static List<Arguments> cases() {
        int[][] sizes = {
            {3, 12, 9, 32, 48, 3, 1, 1, 1}, // by minimal filtering
            {4, 9, 9, 1, 6, 5, 1, 2, 1},
            {2, 9, 7, 33, 17, 3, 2, 1, 1},
            {5, 5, 3, 17, 33, 1, 1, 0, 1},
            {2, 6, 7, 6, 9, 3, 1, 1, 3},
            {2, 6, 7, 17, 17, 3, 2, 1, 17},
            {2, 8, 8, 3, 20, 4, 4, 0, 1},
        };
        List<Arguments> cases = new ArrayList<>();
        for (int[] s : sizes) {
            for (Tail t : Tail.values()) cases.add(Arguments.of(s, t));
        }
        return cases;
    }

    private static Graph graph(int[] s, Tail tail) {
        return Tracer.trace("case", t -> {
            Tensor x = t.data("x", TensorType.of(DType.F32, s[0], s[1], s[2], s[3]));
            Tensor w = t.data("w", TensorType.of(DType.F32, s[5], s[5], s[3] / s[8], s[4]));
            Tensor y = x.apply(Conv2d.of(s[6], s[7], 1, s[8]), w);
            Tensor scale = t.data("scale", TensorType.of(DType.F32, s[4]));
            Tensor bias = t.data("bias", TensorType.of(DType.F32, s[4]));
            Tensor residual = t.data("residual", y.type());
            t.output("y", switch (tail) {
                case BIAS_RELU -> y.add(bias).relu();
                case SCALE_BIAS_RESIDUAL_RELU -> residual.add(y.mul(scale).add(bias)).relu();
                case BIAS_RELU_RESIDUAL -> y.add(bias).relu().add(residual);
                case SCALE_BIAS -> y.mul(scale).add(bias);
                case RESIDUAL -> y.add(residual);
            });
        });
    }

    private static Map<String, double[]> inputs(Graph g) {
        Map<String, double[]> values = new LinkedHashMap<>();
        for (Input in : g.inputs()) {
            double[] x = new double[(int) in.value().type().elements()];
            for (int i = 0; i < x.length; i++) x[i] = 2 * Philox.uniform(3, 4, in.name().hashCode(), i) - 1;
            values.put(in.name(), x);
        }
        return values;
    }

    private static void agrees(Compiler compiler, int[] s, Tail tail, double tolerance) {
        Graph g = graph(s, tail);
        List<Step> steps = compiler.explain(g).plan().steps();
        assertThat(steps).as("calls of " + Arrays.toString(s)).filteredOn(Call.class::isInstance).hasSize(1)
                .allSatisfy(step -> assertThat(((Call) step).op()).isInstanceOf(FusedConv2d.class));
        if (compiler != mixed) assertThat(steps).hasSize(1);
        Map<String, double[]> in = inputs(g);
        double[] want = new Interpreter(g, false).run(in).get("y");
        try (Executable e = compiler.compile(g)) {
            OpCaseTest.write(e, g, in);
            e.run("case");
            float[] got = new float[want.length];
            e.read("case", "y", got);
            double scale = Arrays.stream(want).map(Math::abs).max().orElse(1);
            for (int i = 0; i < want.length; i++) {
                assertThat((double) got[i]).as("y[" + i + "]").isCloseTo(want[i], within(tolerance * Math.max(1, scale)));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void javaAgreesWithTheReference(int[] s, Tail tail) {
        agrees(simd, s, tail, F32);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void oneDnnAgreesWithTheReference(int[] s, Tail tail) {
        assumeThat(oneDnn).isNotNull();
        agrees(oneDnn, s, tail, F32);
        agrees(mixed, s, tail, BF16);
    }
}
