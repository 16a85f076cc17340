package dev.gatun.models.mlp;

import java.util.List;

/**
 * Sizes of a multi-layer perceptron.
 *
 * @param inputs numbers of a row
 * @param hidden widths of the hidden layers, at least one
 * @param outputs scores of a row
 * @param dropout probability behind each hidden layer while training, in [0,1)
 */
public record PerceptronConfig(int inputs, List<Integer> hidden, int outputs, double dropout) {
    private static final int LARGEST = 1 << 24;

    /** Checks each size; the message names it and its rule. */
    public PerceptronConfig {
        hidden = List.copyOf(hidden);
        size("inputs", inputs);
        size("outputs", outputs);
        if (hidden.isEmpty() || hidden.size() > 1000) throw new IllegalArgumentException("hidden layers must number 1 to 1000, got " + hidden.size());
        for (int h : hidden) size("the width of a hidden layer", h);
        if (!(dropout >= 0 && dropout < 1)) throw new IllegalArgumentException("dropout must lie in [0,1), got " + dropout);
    }

    private static void size(String name, int value) {
        if (value < 1 || value > LARGEST) throw new IllegalArgumentException(name + " must lie in 1.." + LARGEST + ", got " + value);
    }
}
