package dev.gatun.graph.ops;

import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.Shape;
import dev.gatun.graph.types.TensorType;
import java.util.List;
import java.util.Optional;

/**
 * A matrix product with what follows it, {@code activation(A * B + bias) + residual}. Operands A, B, then bias f32
 * {@code [n]} and residual {@code [m,n]} of the result's type, where the op has them.
 *
 * @param product the product, of two matrices
 * @param bias whether a bias is added
 * @param activation applied to the sum
 * @param residual whether a residual is added at the end
 */
public record FusedMatMul(MatMul product, boolean bias, Activation activation, boolean residual) implements Fused {
    @Override
    public Optional<Fused> scaled() {
        return Optional.empty();
    }

    @Override
    public Optional<Fused> biased() {
        boolean isFirst = !bias && activation == Activation.NONE && !residual;
        return isFirst ? Optional.of(new FusedMatMul(product, true, activation, false)) : Optional.empty();
    }

    @Override
    public Optional<Fused> added() {
        return residual ? Optional.empty() : Optional.of(new FusedMatMul(product, bias, activation, true));
    }

    @Override
    public Optional<Fused> activated(Activation function) {
        boolean follows = activation == Activation.NONE && !residual;
        return follows ? Optional.of(new FusedMatMul(product, bias, function, false)) : Optional.empty();
    }

    @Override
    public List<TensorType> infer(List<TensorType> operands) {
        Rules.count(operands, 2 + (bias ? 1 : 0) + (residual ? 1 : 0));
        TensorType result = product.infer(operands.subList(0, 2)).getFirst();
        Rules.require(result.rank() == 2, "needs two matrices");
        if (bias) {
            Rules.require(operands.get(2).equals(new TensorType(DType.F32, Shape.of(result.dim(1)))), "the bias must be f32[n]");
        }
        if (residual) Rules.require(operands.getLast().equals(result), "the residual must have the result's type");
        return List.of(result);
    }

    @Override
    public List<Tensor> expand(List<Tensor> operands) {
        Tensor y = operands.get(0).apply(product, operands.get(1));
        DType dtype = y.dtype();
        y = y.cast(DType.F32);
        if (bias) y = y.add(operands.get(2));
        y = Fused.apply(activation, y);
        if (residual) y = y.add(operands.getLast().cast(DType.F32));
        return List.of(y.cast(dtype));
    }
}
