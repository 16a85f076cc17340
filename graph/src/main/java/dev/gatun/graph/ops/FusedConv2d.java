package dev.gatun.graph.ops;

import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.Shape;
import dev.gatun.graph.types.TensorType;
import java.util.List;
import java.util.Optional;

/**
 * A convolution with what follows it: {@code activation(conv * scale + bias + residual)}, or with the residual added
 * last, {@code activation(conv * scale + bias) + residual}. Scale and bias are what a batch norm by running statistics
 * comes down to. Operands x and w of the convolution, then scale f32 {@code [O]}, bias f32 {@code [O]} and residual
 * {@code [N,OH,OW,O]} of the result's type, where the op has them. All is computed in f32 and rounded once.
 *
 * @param product the convolution
 * @param scale whether each channel has a factor
 * @param bias whether each channel has a bias
 * @param residual whether a residual is added, and where
 * @param activation a function of each element
 */
public record FusedConv2d(Conv2d product, boolean scale, boolean bias, Residual residual, Activation activation) implements Fused {
    /** Where a residual is added. */
    public enum Residual {
        NONE,
        /** Before the activation. */
        BEFORE,
        /** After it. */
        AFTER
    }

    @Override
    public Optional<Fused> scaled() {
        return !scale && !bias && isBare() ? Optional.of(new FusedConv2d(product, true, false, residual, activation)) : Optional.empty();
    }

    @Override
    public Optional<Fused> biased() {
        return !bias && isBare() ? Optional.of(new FusedConv2d(product, scale, true, residual, activation)) : Optional.empty();
    }

    private boolean isBare() {
        return residual == Residual.NONE && activation == Activation.NONE;
    }

    @Override
    public Optional<Fused> added() {
        if (residual != Residual.NONE) return Optional.empty();
        Residual where = activation == Activation.NONE ? Residual.BEFORE : Residual.AFTER;
        return Optional.of(new FusedConv2d(product, scale, bias, where, activation));
    }

    @Override
    public Optional<Fused> activated(Activation function) {
        boolean follows = activation == Activation.NONE;
        return follows ? Optional.of(new FusedConv2d(product, scale, bias, residual, function)) : Optional.empty();
    }

    /** Position of the bias among the operands. */
    public int biasOperand() {
        return scale ? 3 : 2;
    }

    @Override
    public List<TensorType> infer(List<TensorType> operands) {
        Rules.count(operands, 2 + (scale ? 1 : 0) + (bias ? 1 : 0) + (residual != Residual.NONE ? 1 : 0));
        TensorType result = product.infer(operands.subList(0, 2)).getFirst();
        TensorType channels = new TensorType(DType.F32, Shape.of(result.dim(3)));
        if (scale) Rules.require(operands.get(2).equals(channels), "the scale must be " + channels);
        if (bias) Rules.require(operands.get(biasOperand()).equals(channels), "the bias must be " + channels);
        if (residual != Residual.NONE) Rules.require(operands.getLast().equals(result), "the residual must have the result's type");
        return List.of(result);
    }

    @Override
    public List<Tensor> expand(List<Tensor> operands) {
        Tensor y = operands.get(0).apply(product.widened(true), operands.get(1));
        if (scale) y = y.mul(operands.get(2));
        if (bias) y = y.add(operands.get(biasOperand()));
        if (residual == Residual.BEFORE) y = y.add(operands.getLast().cast(DType.F32));
        y = Fused.apply(activation, y);
        if (residual == Residual.AFTER) y = y.add(operands.getLast().cast(DType.F32));
        TensorType result = product.infer(operands.subList(0, 2).stream().map(Tensor::type).toList()).getFirst();
        return List.of(y.cast(result.dtype()));
    }
}
