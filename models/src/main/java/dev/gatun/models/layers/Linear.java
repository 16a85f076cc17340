package dev.gatun.models.layers;

import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import java.util.Optional;

/**
 * {@code x W + b} over the last axis: {@code [..., in] -> [..., out]}; inside {@link LowRank#changing} with a change of W.
 *
 * @param weight {@code [in, out]}
 * @param bias {@code [out]}
 */
public record Linear(Parameter weight, Optional<Parameter> bias) {
    /** A layer with a bias that starts at zero. */
    public static Linear of(int in, int out, Initializer weight) {
        Parameter bias = new Parameter(TensorType.of(DType.F32, out), Initializer.ZEROS);
        return new Linear(new Parameter(TensorType.of(DType.F32, in, out), weight), Optional.of(bias));
    }

    /** A layer without bias. */
    public static Linear withoutBias(int in, int out, Initializer weight) {
        return new Linear(new Parameter(TensorType.of(DType.F32, in, out), weight), Optional.empty());
    }

    public Tensor apply(Tensor x) {
        Tensor y = LowRank.product(x, weight);
        return bias.map(b -> y.add(b.tensor())).orElse(y);
    }
}
