package dev.gatun.models.layers;

import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import java.util.List;

/**
 * A gated recurrent unit (Cho et al., 2014) in the form of PyTorch and cuDNN: with {@code [r z n] = x W + b} and
 * {@code [p q m] = h U}, {@code r' = sigmoid(r + p)}, {@code z' = sigmoid(z + q)}, {@code n' = tanh(n + r' (m + d))},
 * {@code h' = (1 - z') n' + z' h}. The gates stand in PyTorch's order: reset, update, new.
 *
 * @param inputWeight W, {@code [in, 3 * width]}
 * @param hiddenWeight U, {@code [width, 3 * width]}
 * @param bias b, {@code [3 * width]}
 * @param hiddenBias d, {@code [width]}
 */
public record GruCell(Parameter inputWeight, Parameter hiddenWeight, Parameter bias, Parameter hiddenBias) implements RecurrentCell {
    private static final int GATES = 3;

    /** A cell that starts as PyTorch's do, uniform in {@code ±1/sqrt(width)}, biases at zero. */
    public static GruCell of(int in, int width) {
        Initializer uniform = new Initializer.Uniform(1 / Math.sqrt(width));
        return new GruCell(
                new Parameter(TensorType.of(DType.F32, in, GATES * width), uniform),
                new Parameter(TensorType.of(DType.F32, width, GATES * width), uniform),
                new Parameter(TensorType.of(DType.F32, GATES * width), Initializer.ZEROS),
                new Parameter(TensorType.of(DType.F32, width), Initializer.ZEROS));
    }

    @Override
    public int in() {
        return inputWeight.type().dim(0);
    }

    @Override
    public int width() {
        return hiddenWeight.type().dim(0);
    }

    @Override
    public int carries() {
        return 1;
    }

    @Override
    public Tensor gates(Tensor x) {
        return x.matmul(inputWeight.tensor()).add(bias.tensor());
    }

    @Override
    public List<Tensor> next(Tensor gates, List<Tensor> state) {
        Tensor h = state.getFirst();
        List<Tensor> x = gates.split(1, GATES);
        List<Tensor> u = h.matmul(hiddenWeight.tensor()).split(1, GATES);
        Tensor reset = x.get(0).add(u.get(0)).sigmoid();
        Tensor update = x.get(1).add(u.get(1)).sigmoid();
        Tensor fresh = x.get(2).add(reset.mul(u.get(2).add(hiddenBias.tensor()))).tanh();
        return List.of(fresh.add(update.mul(h.sub(fresh)))); // (1 - z) n + z h
    }
}
