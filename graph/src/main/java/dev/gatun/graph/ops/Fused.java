package dev.gatun.graph.ops;

import java.util.Optional;

/**
 * A matrix product or a convolution with what follows it, which backends apply to each part of the result while it is
 * in registers or in a cache. Operands are the product's two, then those of what follows: factors f32 {@code [n]} and a
 * bias f32 {@code [n]} for the n columns or channels, and a residual of the result's type. Made by a pass for backends
 * that claim it.
 */
public sealed interface Fused extends Composite permits FusedConv2d, FusedMatMul {
    /** Functions that can follow. */
    enum Activation {
        NONE,
        RELU,
        GELU_TANH,
        GELU_ERF
    }

    /** What all this follows. */
    Op product();

    /** The function that follows. */
    Activation activation();

    /** The same with factors for columns or channels; empty where there cannot be any. */
    Optional<Fused> scaled();

    /** The same with a bias; empty where none can be added. */
    Optional<Fused> biased();

    /** The same with a residual added at its end; empty where none can be. */
    Optional<Fused> added();

    /** The same with a function at its end; empty where there cannot be one. */
    Optional<Fused> activated(Activation function);

    /** A matrix product or a convolution that nothing follows yet, or a fused one as it is; empty for other ops. */
    static Optional<Fused> of(Op op) {
        return switch (op) {
            case MatMul m -> Optional.of(new FusedMatMul(m, false, Activation.NONE, false));
            case Conv2d c -> Optional.of(new FusedConv2d(c, false, false, FusedConv2d.Residual.NONE, Activation.NONE));
            case Fused f -> Optional.of(f);
            default -> Optional.empty();
        };
    }

    /** Applies a function. */
    static Tensor apply(Activation function, Tensor x) {
        return switch (function) {
            case NONE -> x;
            case RELU -> x.relu();
            case GELU_TANH -> x.apply(new Gelu(true));
            case GELU_ERF -> x.apply(new Gelu(false));
        };
    }
}
