package dev.gatun.models.layers;

import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;

/**
 * Root-mean-square normalization along the last axis (Zhang and Sennrich, 2019).
 *
 * @param weight {@code [width]}, starts at one
 * @param epsilon added to the mean square
 */
public record RmsNorm(Parameter weight, double epsilon) {
    /** A layer with epsilon 1e-5. */
    public static RmsNorm of(int width) {
        return of(width, 1e-5);
    }

    /** A layer with an epsilon of its own. */
    public static RmsNorm of(int width, double epsilon) {
        return new RmsNorm(new Parameter(TensorType.of(DType.F32, width), Initializer.ONES), epsilon);
    }

    public Tensor apply(Tensor x) {
        return dev.gatun.graph.ops.RmsNorm.of(x, weight.tensor(), epsilon);
    }
}
