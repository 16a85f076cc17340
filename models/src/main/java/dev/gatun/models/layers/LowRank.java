package dev.gatun.models.layers;

import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A change of a linear layer by a product of two thin matrices, {@code x W + scale (d(x) A^T) B^T} with dropout {@code d}
 * while training (Hu et al., "LoRA", 2021). Both lie as PEFT stores them.
 *
 * @param down A, {@code [rank, in]}
 * @param up B, {@code [out, rank]}; starts at zero, so that the layer starts as it was
 * @param scale times the product
 * @param dropout of the change's input
 */
public record LowRank(Parameter down, Parameter up, double scale, Dropout dropout) {
    private static final ScopedValue<Map<Parameter, LowRank>> CURRENT = ScopedValue.newInstance();

    /** A change of a layer {@code [in, out]}; A starts uniform within {@code 1 / sqrt(in)}, as PEFT's does. */
    public static LowRank of(int in, int out, int rank, double scale, Dropout dropout) {
        return new LowRank(
                new Parameter(TensorType.of(DType.F32, rank, in), new Initializer.Uniform(1 / Math.sqrt(in))),
                new Parameter(TensorType.of(DType.F32, out, rank), Initializer.ZEROS),
                scale,
                dropout);
    }

    /**
     * Runs code in which linear layers are changed.
     *
     * @param changes by the layers' weights
     */
    public static <T> T changing(Map<Parameter, LowRank> changes, Supplier<T> body) {
        return ScopedValue.where(CURRENT, changes).call(body::get);
    }

    /** A layer's product with its weight, and with the change of it where there is one. */
    static Tensor product(Tensor x, Parameter weight) {
        Tensor y = x.matmul(weight.tensor());
        LowRank change = CURRENT.isBound() ? CURRENT.get().get(weight) : null;
        return change == null ? y : y.add(change.apply(x));
    }

    private Tensor apply(Tensor x) {
        return dropout.apply(x).matmulTransposed(down.tensor()).mul(scale).matmulTransposed(up.tensor());
    }
}
