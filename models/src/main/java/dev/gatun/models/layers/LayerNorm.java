package dev.gatun.models.layers;

import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;

/**
 * Layer normalization along the last axis (Ba, Kiros and Hinton, 2016).
 *
 * @param weight {@code [width]}, starts at one
 * @param bias {@code [width]}, starts at zero
 * @param epsilon added to the variance
 */
public record LayerNorm(Parameter weight, Parameter bias, double epsilon) {
    /** A layer with epsilon 1e-5. */
    public static LayerNorm of(int width) {
        TensorType type = TensorType.of(DType.F32, width);
        return new LayerNorm(new Parameter(type, Initializer.ONES), new Parameter(type, Initializer.ZEROS), 1e-5);
    }

    public Tensor apply(Tensor x) {
        return dev.gatun.graph.ops.LayerNorm.of(x, weight.tensor(), bias.tensor(), epsilon);
    }
}
