package dev.gatun.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.gatun.graph.autodiff.Grad;
import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ops.Attention;
import dev.gatun.graph.ops.BatchNorm;
import dev.gatun.graph.ops.Conv2d;
import dev.gatun.graph.ops.Conv2dInputGrad;
import dev.gatun.graph.ops.Gelu;
import dev.gatun.graph.ops.LayerNorm;
import dev.gatun.graph.ops.Pool2d;
import dev.gatun.graph.ops.Scan;
import dev.gatun.graph.ops.Softmax;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import dev.gatun.runtime.reference.Interpreter;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Gradients are nodes like others: the gradient of a gradient's norm against finite differences. */
class SecondDerivativeTest {
    static Stream<Named<UnaryOperator<Tensor>>> functions() {
        return Stream.of(
                Named.of("tanh", x -> x.tanh()),
                Named.of("gelu", Gelu::of),
                Named.of("softmax", Softmax::of),
                Named.of("square root", x -> x.mul(x).add(1).sqrt()),
                Named.of("layer norm", x -> LayerNorm.of(x, x.slice(0, 0, 1).reshape(4), x.slice(0, 1, 2).reshape(4), 0.1)),
                Named.of("matmul", x -> x.matmulTransposed(x)),
                Named.of("convolution", x -> {
                    Tensor w = x.slice(0, 0, 1).reshape(2, 2, 1, 1).tanh();
                    return x.reshape(1, 3, 4, 1).apply(Conv2d.of(1, 1), w);
                }),
                Named.of("transposed convolution", x -> {
                    Tensor w = x.slice(0, 0, 1).reshape(2, 2, 1, 1).tanh();
                    return Conv2dInputGrad.transposed(x.reshape(1, 3, 4, 1), w, 2, 1, 1, 1, 1);
                }),
                Named.of("max pool", x -> Pool2d.max(x.mul(x).reshape(1, 3, 4, 1), 2, 1, 1)),
                Named.of("average pool", x -> Pool2d.average(x.mul(x).reshape(1, 3, 4, 1), 2, 1, 1)),
                Named.of("batch norm", x -> {
                    Tensor row = x.slice(0, 0, 1).reshape(4);
                    return BatchNorm.of(x, row, row, row.zero(), 0.1).getFirst();
                }),
                Named.of("loop", x -> {
                    Tensor w = x.slice(1, 0, 3).tanh();
                    Tensor first = x.slice(0, 0, 1).slice(1, 0, 3);
                    return Scan.over(List.of(first), List.of(x.slice(1, 1, 4).reshape(3, 1, 3)), false, (c, s) -> {
                        Tensor h = c.getFirst().matmul(w).add(s.getFirst()).tanh();
                        return new Scan.Turn(List.of(h), List.of(h));
                    }).outputs().getFirst();
                }),
                Named.of("attention", x -> {
                    Tensor heads = x.reshape(1, 3, 2, 2);
                    return Attention.of(heads, heads.mul(0.5), heads.add(1), true);
                }));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("functions")
    void theGradientOfAGradientAgreesWithFiniteDifferences(UnaryOperator<Tensor> f) {
        Graph g = Tracer.trace("second", t -> {
            Tensor x = t.data("x", TensorType.of(DType.F32, 3, 4));
            Tensor y = f.apply(x);
            Tensor first = Grad.of(y.mul(y).sumAll(), List.of(x)).getFirst();
            Tensor norm = first.mul(first).sumAll();
            t.output("norm", norm);
            t.output("second", Grad.of(norm, List.of(x)).getFirst());
        });
        double[] x = new double[12];
        for (int i = 0; i < x.length; i++) x[i] = Math.sin(1 + 3 * i);
        Interpreter exact = new Interpreter(g, true);
        double[] slope = exact.run(Map.of("x", x)).get("second");
        for (int i = 0; i < x.length; i++) {
            double keep = x[i];
            double h = 1e-5;
            x[i] = keep + h;
            double up = exact.run(Map.of("x", x)).get("norm")[0];
            x[i] = keep - h;
            double down = exact.run(Map.of("x", x)).get("norm")[0];
            x[i] = keep;
            assertThat(slope[i]).isCloseTo((up - down) / (2 * h), within(1e-4 * Math.max(1, Math.abs(slope[i]))));
        }
    }
}
