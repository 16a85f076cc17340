package dev.gatun.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.gatun.bindings.OneDnnLibrary;
import dev.gatun.graph.autodiff.Grad;
import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ir.Input;
import dev.gatun.graph.ir.Node;
import dev.gatun.graph.ops.Convolution;
import dev.gatun.graph.ops.MatMul;
import dev.gatun.graph.ops.Philox;
import dev.gatun.graph.ops.Scan;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import dev.gatun.runtime.reference.Interpreter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every op, at awkward sizes: CPU kernels against the reference, gradients against finite differences. */
class OpCaseTest {
    private static Compiler simd;
    private static Compiler oneDnn;
    private static Compiler auto;

    @BeforeAll
    static void open() {
        simd = new Compiler(Backend.SIMD, 2);
        oneDnn = OneDnnLibrary.probe() instanceof OneDnnLibrary.Ready ? new Compiler(Backend.ONEDNN, 2) : null;
        auto = new Compiler(Backend.AUTO, 2);
    }

    @AfterAll
    static void close() {
        simd.close();
        auto.close();
        if (oneDnn != null) oneDnn.close();
    }

    static List<OpCase> cases() {
        return OpCase.all();
    }

    /** Result, loss (result weighted with fixed numbers) and gradients of an op. */
    static Graph graph(OpCase c) {
        return Tracer.trace("case", t -> {
            List<Tensor> x = new ArrayList<>();
            List<Tensor> trained = new ArrayList<>();
            for (int i = 0; i < c.inputs().size(); i++) {
                Tensor in = t.data("x" + i, c.inputs().get(i));
                x.add(in);
                if (in.dtype() == DType.F32) trained.add(in);
            }
            Tensor y = c.body().apply(x);
            Tensor weights = t.data("weights", y.type());
            t.output("y", y);
            Tensor loss = y.mul(weights).sumAll();
            t.output("loss", loss);
            List<Tensor> gradients = Grad.of(loss, trained);
            for (int i = 0; i < gradients.size(); i++) t.output("gradient" + i, gradients.get(i));
        });
    }

    static Map<String, double[]> inputs(OpCase c, Graph g) {
        Map<String, double[]> values = new LinkedHashMap<>();
        int stream = 0;
        for (Input in : g.inputs()) {
            TensorType type = in.value().type();
            double[] x = new double[(int) type.elements()];
            for (int i = 0; i < x.length; i++) {
                float u = Philox.uniform(7, c.name().hashCode(), stream, i);
                x[i] = type.dtype() == DType.I32 ? (int) (u * c.bound()) : (float) (c.low() + u * (c.high() - c.low()));
            }
            stream++;
            values.put(in.name(), x);
        }
        return values;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void simdAgreesWithTheReference(OpCase c) {
        agrees(simd, c);
    }

    /** Those in which the library computes something; loops are the same with it and without. */
    static List<OpCase> withProducts() {
        return OpCase.all().stream().filter(c -> graph(c).nodes().stream().map(Node::op)
                .anyMatch(op -> op instanceof MatMul || op instanceof Convolution || op instanceof Scan)).toList();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("withProducts")
    void oneDnnAgreesWithTheReference(OpCase c) {
        assumeThat(OneDnnLibrary.probe()).isInstanceOf(OneDnnLibrary.Ready.class);
        agrees(oneDnn, c);
    }

    static List<OpCase> fewRows() {
        return OpCase.all().stream().filter(c -> c.name().startsWith("few rows")).toList();
    }

    /** Which the backend that chooses by itself computes in Java with what follows the product. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("fewRows")
    void fewRowsAgreeWithTheReference(OpCase c) {
        agrees(auto, c);
    }

    private static void agrees(Compiler compiler, OpCase c) {
        Graph g = graph(c);
        Map<String, double[]> in = inputs(c, g);
        Map<String, double[]> expected = new Interpreter(g, false).run(in);
        try (Executable e = compiler.compile(g)) {
            write(e, g, in);
            e.run("case");
            expected.forEach((name, want) -> {
                float[] got = new float[want.length];
                e.read("case", name, got);
                close(name, got, want, 2e-5);
            });
        }
    }

    /** Writes all inputs of a case, each in its type. */
    static void write(Executable e, Graph g, Map<String, double[]> in) {
        for (Input i : g.inputs()) {
            double[] x = in.get(i.name());
            if (i.value().type().dtype() == DType.I32) e.write("case", i.name(), ints(x));
            else e.write("case", i.name(), floats(x));
        }
    }

    static void close(String name, float[] got, double[] want, double tolerance) {
        double scale = 1;
        for (double w : want) scale = Math.max(scale, Math.abs(w));
        for (int i = 0; i < want.length; i++) {
            assertThat((double) got[i]).as(name + "[" + i + "]").isCloseTo(want[i], within(tolerance * scale));
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void gradientsAgreeWithFiniteDifferences(OpCase c) {
        Graph g = graph(c);
        Map<String, double[]> in = inputs(c, g);
        Interpreter exact = new Interpreter(g, true);
        Map<String, double[]> at = exact.run(in);
        int gradient = 0;
        for (int k = 0; k < c.inputs().size(); k++) {
            if (c.inputs().get(k).dtype() != DType.F32) continue;
            double[] slope = at.get("gradient" + gradient++);
            double[] x = in.get("x" + k);
            for (int i = 0; i < x.length; i += Math.max(1, x.length / 5)) {
                double keep = x[i];
                double h = 1e-5;
                x[i] = keep + h;
                double up = exact.run(in).get("loss")[0];
                x[i] = keep - h;
                double down = exact.run(in).get("loss")[0];
                x[i] = keep;
                assertThat(slope[i]).as("x" + k + "[" + i + "]").isCloseTo((up - down) / (2 * h), within(1e-5 * Math.max(1, Math.abs(slope[i]))));
            }
        }
    }

    static float[] floats(double[] x) {
        float[] y = new float[x.length];
        for (int i = 0; i < y.length; i++) y[i] = (float) x[i];
        return y;
    }

    private static int[] ints(double[] x) {
        int[] y = new int[x.length];
        for (int i = 0; i < y.length; i++) y[i] = (int) x[i];
        return y;
    }
}
