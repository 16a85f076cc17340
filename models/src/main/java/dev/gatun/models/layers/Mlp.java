package dev.gatun.models.layers;

import dev.gatun.graph.ops.Gelu;
import dev.gatun.graph.ops.Tensor;

/**
 * Two linear layers with a GELU (tanh form) between them.
 *
 * @param up {@code [width, hidden]}
 * @param down {@code [hidden, width]}
 */
public record Mlp(Linear up, Linear down) {
    /** A layer with four times the width inside. */
    public static Mlp of(int width, Initializer weights, Initializer residual) {
        return new Mlp(Linear.of(width, 4 * width, weights), Linear.of(4 * width, width, residual));
    }

    public Tensor apply(Tensor x) {
        return down.apply(Gelu.of(up.apply(x)));
    }
}
