package dev.gatun.bench;

import dev.gatun.graph.autodiff.Grad;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import dev.gatun.models.layers.Conv2d;
import dev.gatun.models.layers.ParameterTree;
import dev.gatun.runtime.Backend;
import java.util.List;
import org.openjdk.jmh.annotations.Param;

/** 3x3 convolutions of ResNet-18 for small images, batch 64. */
public class Convolutions extends KernelSuite {
    private static final int BATCH = 64;

    /** Rows and columns of the image, and its channels before and after. */
    @Param({"32x64", "16x128", "8x256", "4x512"})
    public String shape;

    /** What is computed. */
    @Param
    public Part part;

    /** Who computes. */
    @Param({"SIMD", "ONEDNN"})
    public Backend backend;

    /** A convolution or one of its gradients. */
    public enum Part {
        /** The output. */
        FORWARD,
        /** Gradient by the image. */
        INPUT_GRADIENT,
        /** Gradient by the weights. */
        WEIGHT_GRADIENT
    }

    /** For the harness. */
    public Convolutions() {}

    @Override
    Backend backend() {
        return backend;
    }

    private int size() {
        return Integer.parseInt(shape.substring(0, shape.indexOf('x')));
    }

    private int channels() {
        return Integer.parseInt(shape.substring(shape.indexOf('x') + 1));
    }

    @Override
    double flops() {
        return 2.0 * BATCH * size() * size() * 9 * channels() * channels();
    }

    @Override
    void record(Tracer t) {
        Tensor x = t.data("x", TensorType.of(DType.F32, BATCH, size(), size(), channels()));
        Conv2d layer = Conv2d.withoutBias(channels(), channels(), 3, 1, 1);
        ParameterTree.of(layer).bind(t, weights -> {
            Tensor y = layer.apply(x);
            switch (part) {
                case FORWARD -> t.output("y", y);
                case INPUT_GRADIENT -> t.output("g", gradient(t, y, x));
                case WEIGHT_GRADIENT -> t.output("g", gradient(t, y, weights.getFirst()));
            }
            return weights;
        });
    }

    private static Tensor gradient(Tracer t, Tensor y, Tensor by) {
        return Grad.of(y.mul(t.data("dy", y.type())).sumAll(), List.of(by)).getFirst();
    }
}
