package dev.gatun.models.layers;

import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;

/**
 * A table of vectors, one row for each index.
 *
 * @param weight {@code [rows, width]}
 */
public record Embedding(Parameter weight) {
    /** A table of normal numbers. */
    public static Embedding of(int rows, int width, Initializer initializer) {
        return new Embedding(new Parameter(TensorType.of(DType.F32, rows, width), initializer));
    }

    /** Rows by index: i32 {@code [...] -> [..., width]}. */
    public Tensor apply(Tensor index) {
        return weight.tensor().gather(index);
    }

    /** The table as an output layer, {@code x W^T}: {@code [..., width] -> [..., rows]}. */
    public Tensor project(Tensor x) {
        return x.matmulTransposed(weight.tensor());
    }
}
