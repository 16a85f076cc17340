package dev.gatun.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.gatun.bindings.OneDnnLibrary;
import dev.gatun.graph.autodiff.Grad;
import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ir.Input;
import dev.gatun.graph.ops.Conv2d;
import dev.gatun.graph.ops.Philox;
import dev.gatun.graph.ops.Pool2d;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Convolutions large enough to be cut: into slices of the batch in oneDNN, into blocks of unfolded images in Java. */
class ConvolutionTest {
    /** Images and weights of a convolution with its attributes. */
    record Size(Conv2d op, int[] images, int[] weights) {
        @Override
        public String toString() {
            return op + " " + Arrays.toString(images) + " " + Arrays.toString(weights);
        }
    }

    static List<Size> sizes() {
        return List.of(
                new Size(Conv2d.of(1, 1), new int[] {12, 20, 20, 16}, new int[] {3, 3, 16, 32}),
                new Size(Conv2d.of(1, 2), new int[] {9, 56, 56, 8}, new int[] {5, 5, 8, 3}),
                new Size(Conv2d.of(2, 0), new int[] {16, 15, 15, 64}, new int[] {1, 1, 64, 96}),
                new Size(Conv2d.of(2, 1), new int[] {6, 16, 16, 128}, new int[] {3, 3, 128, 256}),
                new Size(Conv2d.of(1, 1, 1, 48), new int[] {7, 12, 12, 48}, new int[] {3, 3, 1, 48}));
    }

    @BeforeEach
    void needsOneDnn() {
        assumeThat(OneDnnLibrary.probe()).isInstanceOf(OneDnnLibrary.Ready.class);
    }

    private static Graph graph(Size s) {
        return Tracer.trace("case", t -> {
            Tensor x = t.data("x", TensorType.of(DType.F32, s.images));
            Tensor w = t.state("w", TensorType.of(DType.F32, s.weights));
            Tensor y = x.apply(s.op, w);
            Tensor loss = Pool2d.max(y, 2, 2, 0).mul(0.1).tanh().sumAll();
            List<Tensor> g = Grad.of(loss, List.of(x, w));
            t.output("y", y);
            t.output("dx", g.get(0));
            t.output("dw", g.get(1));
        });
    }

    private static Map<String, float[]> run(Size s, Backend backend, Precision precision, int threads) {
        Graph g = graph(s);
        Map<String, float[]> results = new LinkedHashMap<>();
        try (Compiler compiler = new Compiler(backend, precision, threads); Executable e = compiler.compile(g)) {
            for (Input in : g.inputs()) {
                float[] values = new float[(int) in.value().type().elements()];
                for (int i = 0; i < values.length; i++) values[i] = 2 * Philox.uniform(1, 2, in.name().hashCode(), i) - 1;
                if (in.role() == Input.Role.DATA) e.write("case", in.name(), values);
                else java.lang.foreign.MemorySegment.copy(values, 0, e.state(in.name()), java.lang.foreign.ValueLayout.JAVA_FLOAT, 0, values.length);
            }
            e.run("case");
            g.outputs().forEach(o -> {
                float[] y = new float[(int) o.value().type().elements()];
                e.read("case", o.name(), y);
                results.put(o.name(), y);
            });
        }
        return results;
    }

    private static double[] doubles(float[] x) {
        double[] y = new double[x.length];
        for (int i = 0; i < x.length; i++) y[i] = x[i];
        return y;
    }

    /** Root mean square of the difference over that of the values. */
    private static double distance(float[] a, float[] b) {
        double difference = 0;
        double size = 0;
        for (int i = 0; i < a.length; i++) {
            difference += (a[i] - b[i]) * (double) (a[i] - b[i]);
            size += (double) b[i] * b[i];
        }
        return Math.sqrt(difference / size);
    }

    @ParameterizedTest
    @MethodSource("sizes")
    void javaAndOneDnnAgree(Size s) {
        Map<String, float[]> java = run(s, Backend.SIMD, Precision.F32, 2);
        Map<String, float[]> oneDnn = run(s, Backend.ONEDNN, Precision.F32, 2);
        OpCaseTest.close("y", java.get("y"), doubles(oneDnn.get("y")), 2e-5);
        // a rounding may move a maximum to another place, so gradients agree but for few elements
        assertThat(distance(java.get("dx"), oneDnn.get("dx"))).isLessThan(1e-3);
        assertThat(distance(java.get("dw"), oneDnn.get("dw"))).isLessThan(1e-3);
    }

    @ParameterizedTest
    @MethodSource("sizes")
    void mixedPrecisionStaysNear(Size s) {
        Map<String, float[]> exact = run(s, Backend.ONEDNN, Precision.F32, 2);
        Map<String, float[]> mixed = run(s, Backend.ONEDNN, Precision.BF16, 2);
        assertThat(distance(mixed.get("y"), exact.get("y"))).isBetween(1e-5, 1e-2);
        assertThat(distance(mixed.get("dw"), exact.get("dw"))).isBetween(1e-5, 0.2);
    }

    @Test
    void threadsChangeNoBit() {
        Size s = sizes().getFirst();
        for (Backend backend : List.of(Backend.SIMD, Backend.ONEDNN)) {
            List<Map<String, float[]>> runs = new ArrayList<>();
            for (int threads : new int[] {1, 3}) runs.add(run(s, backend, Precision.F32, threads));
            runs.getFirst().forEach((name, x) -> assertThat(runs.getLast().get(name)).as(backend + " " + name).isEqualTo(x));
        }
    }
}
