package dev.gatun.models.layers;

import dev.gatun.graph.ops.Silu;
import dev.gatun.graph.ops.Tensor;

/**
 * {@code down(silu(gate x) * up x)}, known as SwiGLU (Shazeer, 2020), without biases.
 *
 * @param gate {@code [width, hidden]}
 * @param up {@code [width, hidden]}
 * @param down {@code [hidden, width]}
 */
public record GatedMlp(Linear gate, Linear up, Linear down) {
    /** A layer whose last product starts with numbers of its own, as residual branches do. */
    public static GatedMlp of(int width, int hidden, Initializer weights, Initializer residual) {
        return new GatedMlp(Linear.withoutBias(width, hidden, weights), Linear.withoutBias(width, hidden, weights),
                Linear.withoutBias(hidden, width, residual));
    }

    public Tensor apply(Tensor x) {
        return down.apply(Silu.of(gate.apply(x)).mul(up.apply(x)));
    }
}
