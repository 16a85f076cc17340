package dev.gatun.graph.ops;

import dev.gatun.graph.types.TensorType;
import java.util.List;

/**
 * Gaussian error linear unit, {@code x * Phi(x)} (Hendrycks and Gimpel, 2016).
 *
 * @param tanh use the paper's approximation {@code x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))}, as GPT-2 does,
 *     instead of the error function
 */
public record Gelu(boolean tanh) implements Composite {
    private static final double C = Math.sqrt(2 / Math.PI);
    private static final double CUBIC = 0.044715;

    /** The tanh form. */
    public static Tensor of(Tensor x) {
        return x.apply(new Gelu(true));
    }

    @Override
    public List<TensorType> infer(List<TensorType> operands) {
        Rules.count(operands, 1);
        return List.of(Rules.floating(operands.getFirst()));
    }

    @Override
    public List<Tensor> expand(List<Tensor> operands) {
        Tensor x = operands.getFirst();
        Tensor phi = (tanh ? inner(x).tanh() : x.mul(Math.sqrt(0.5)).erf()).mul(0.5).add(0.5);
        return List.of(x.mul(phi));
    }

    /** {@code sqrt(2/pi) (x + 0.044715 x^3)}. */
    private static Tensor inner(Tensor x) {
        return x.mul(x).mul(C * CUBIC).add(C).mul(x);
    }

    @Override
    public List<Tensor> gradient(Adjoint at) {
        if (!tanh) return at.through(expand(at.operands()));
        Tensor x = at.operand(0);
        Tensor t = inner(x).tanh();
        // phi + x/2 (1 - t^2) inner'(x) = phi (1 + 2 x inner'(x) (1 - phi))
        Tensor phi = t.mul(0.5).add(0.5);
        Tensor rest = t.mul(-0.5).add(0.5);
        Tensor slope = x.mul(x).mul(6 * C * CUBIC).add(2 * C).mul(x);
        return List.of(slope.mul(rest).add(1).mul(phi).mul(at.cotangent()));
    }
}
