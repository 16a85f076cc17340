package dev.gatun.bench;

import dev.gatun.graph.autodiff.Grad;
import dev.gatun.graph.ops.CrossEntropy;
import dev.gatun.graph.ops.Gelu;
import dev.gatun.graph.ops.LayerNorm;
import dev.gatun.graph.ops.Softmax;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import java.util.List;
import org.openjdk.jmh.annotations.Param;

/** Fused loops as the compiler makes them, at the shapes that the peers measure and, named LARGE, far beyond the caches. */
public class FusedLoops extends KernelSuite {
    private static final double EPSILON = 1e-5;
    private static final TensorType WIDE = TensorType.of(DType.F32, 2048, 3072);

    /** What is computed. */
    public enum Case {
        /** {@code gelu(x + bias) + residual}, 2048 x 3072. */
        BIAS_GELU_RESIDUAL,
        /** Gradients of {@code gelu(x + bias)}, 2048 x 3072. */
        BIAS_GELU_GRADIENT,
        /** Layer normalization of 2048 x 768. */
        LAYER_NORM,
        /** Layer normalization of 32768 x 768. */
        LAYER_NORM_LARGE,
        /** Gradients of layer normalization, 2048 x 768. */
        LAYER_NORM_GRADIENT,
        /** Softmax along rows of 24576 x 256. */
        SOFTMAX,
        /** Softmax along rows of 24576 x 1024. */
        SOFTMAX_LARGE,
        /** Cross-entropy of 2048 rows of 512 classes with its gradient. */
        CROSS_ENTROPY_GRADIENT
    }

    /** The loop. */
    @Param
    public Case loop;

    /** For the harness. */
    public FusedLoops() {}

    @Override
    double flops() {
        return 0;
    }

    @Override
    void record(Tracer t) {
        switch (loop) {
            case BIAS_GELU_RESIDUAL -> t.output("y", gelu(t).add(t.data("r", WIDE)));
            case BIAS_GELU_GRADIENT -> gradients(t, gelu(t));
            case LAYER_NORM -> t.output("y", norm(t, 2048));
            case LAYER_NORM_LARGE -> t.output("y", norm(t, 32768));
            case LAYER_NORM_GRADIENT -> gradients(t, norm(t, 2048));
            case SOFTMAX -> t.output("y", t.data("x", TensorType.of(DType.F32, 24576, 256)).apply(new Softmax()));
            case SOFTMAX_LARGE -> t.output("y", t.data("x", TensorType.of(DType.F32, 24576, 1024)).apply(new Softmax()));
            case CROSS_ENTROPY_GRADIENT -> {
                Tensor logits = t.data("logits", TensorType.of(DType.F32, 2048, 512));
                Tensor loss = CrossEntropy.mean(logits, t.data("classes", TensorType.of(DType.I32, 2048)));
                t.output("loss", loss);
                t.output("gradient", Grad.of(loss, List.of(logits)).getFirst());
            }
        }
    }

    private static Tensor gelu(Tracer t) {
        return Gelu.of(t.data("x", WIDE).add(t.data("b", TensorType.of(DType.F32, 3072))));
    }

    private static Tensor norm(Tracer t, int rows) {
        TensorType row = TensorType.of(DType.F32, 768);
        return LayerNorm.of(t.data("x", TensorType.of(DType.F32, rows, 768)), t.data("w", row), t.data("b", row), EPSILON);
    }

    /** Gradients by all inputs of {@code sum(y * dy)}. */
    private static void gradients(Tracer t, Tensor y) {
        List<Tensor> inputs = t.inputs().stream().map(i -> t.tensor(i.value())).toList();
        List<Tensor> gradients = Grad.of(y.mul(t.data("dy", y.type())).sumAll(), inputs);
        for (int i = 0; i < gradients.size(); i++) t.output("g" + i, gradients.get(i));
    }
}
