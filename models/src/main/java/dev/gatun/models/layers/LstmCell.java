package dev.gatun.models.layers;

import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import java.util.List;

/**
 * Long short-term memory (Hochreiter and Schmidhuber, 1997; with forget gate, Gers et al., 2000):
 * {@code [i f g o] = x W + h U + b}, {@code c' = sigmoid(f) c + sigmoid(i) tanh(g)}, {@code h' = sigmoid(o) tanh(c')}.
 * The gates stand in PyTorch's order: input, forget, cell, output. PyTorch stores weights transposed and two biases, whose
 * sum is this one.
 *
 * @param inputWeight W, {@code [in, 4 * width]}
 * @param hiddenWeight U, {@code [width, 4 * width]}
 * @param bias b, {@code [4 * width]}
 * @param forgetBias added to the forget gate besides; 1 lets memory last at first (Jozefowicz et al., 2015)
 */
public record LstmCell(Parameter inputWeight, Parameter hiddenWeight, Parameter bias, double forgetBias) implements RecurrentCell {
    private static final int GATES = 4;

    /** A cell that starts as PyTorch's do, uniform in {@code ±1/sqrt(width)}, the bias at zero. */
    public static LstmCell of(int in, int width, double forgetBias) {
        Initializer uniform = new Initializer.Uniform(1 / Math.sqrt(width));
        return new LstmCell(
                new Parameter(TensorType.of(DType.F32, in, GATES * width), uniform),
                new Parameter(TensorType.of(DType.F32, width, GATES * width), uniform),
                new Parameter(TensorType.of(DType.F32, GATES * width), Initializer.ZEROS),
                forgetBias);
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
        return 2;
    }

    @Override
    public Tensor gates(Tensor x) {
        return x.matmul(inputWeight.tensor()).add(bias.tensor());
    }

    @Override
    public List<Tensor> next(Tensor gates, List<Tensor> state) {
        List<Tensor> z = gates.add(state.get(0).matmul(hiddenWeight.tensor())).split(1, GATES);
        Tensor forget = forgetBias == 0 ? z.get(1) : z.get(1).add(forgetBias);
        Tensor cell = forget.sigmoid().mul(state.get(1)).add(z.get(0).sigmoid().mul(z.get(2).tanh()));
        return List.of(z.get(3).sigmoid().mul(cell.tanh()), cell);
    }
}
