package dev.gatun.graph.ops;

import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.Shape;
import dev.gatun.graph.types.TensorType;
import java.util.List;

/**
 * A matrix product with what follows it, {@code activation(A * B + bias) + residual}: libraries apply it to each block
 * of the result while it is in registers. Operands A, B, then bias f32 {@code [n]} and residual {@code [m,n]} of the
 * result's type, where the op has them. Made by a pass for backends that claim it.
 *
 * @param product the product, of two matrices
 * @param bias whether a bias is added
 * @param activation applied to the sum
 * @param residual whether a residual is added at the end
 */
public record FusedMatMul(MatMul product, boolean bias, Activation activation, boolean residual) implements Composite {
    /** Functions that can follow a product. */
    public enum Activation {
        NONE,
        RELU,
        GELU_TANH,
        GELU_ERF
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
        y = switch (activation) {
            case NONE -> y;
            case RELU -> y.relu();
            case GELU_TANH -> y.apply(new Gelu(true));
            case GELU_ERF -> y.apply(new Gelu(false));
        };
        if (residual) y = y.add(operands.getLast().cast(DType.F32));
        return List.of(y.cast(dtype));
    }
}
