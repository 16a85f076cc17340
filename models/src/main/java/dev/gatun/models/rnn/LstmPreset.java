package dev.gatun.models.rnn;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Model sizes for characters, with a batch and a length of training that suit them. */
public enum LstmPreset {
    /** 0.1 million parameters: a minute on two cores. */
    TINY("tiny", 1, 128, 32, 64, 32, 0, 1_000, 8e-3),
    /** 0.9 million parameters: minutes on two cores. */
    SMALL("small", 2, 256, 64, 128, 32, 0.1, 1_800, 5e-3),
    /** 3.5 million parameters. */
    MEDIUM("medium", 2, 512, 128, 128, 48, 0.3, 4_000, 3e-3);

    private final String label;
    private final int layers;
    private final int width;
    private final int embedding;
    private final int context;
    private final int batch;
    private final double dropout;
    private final int steps;
    private final double learningRate;

    LstmPreset(String label, int layers, int width, int embedding, int context, int batch, double dropout, int steps, double learningRate) {
        this.label = label;
        this.layers = layers;
        this.width = width;
        this.embedding = embedding;
        this.context = context;
        this.batch = batch;
        this.dropout = dropout;
        this.steps = steps;
        this.learningRate = learningRate;
    }

    /**
     * The preset of a name.
     *
     * @throws IllegalArgumentException listing the names there are
     */
    public static LstmPreset of(String name) {
        return Arrays.stream(values())
                .filter(p -> p.label.equals(name.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no preset '" + name + "': choose one of "
                        + Arrays.stream(values()).map(LstmPreset::label).collect(Collectors.joining(", "))));
    }

    /** The name: {@code tiny}, {@code small}, {@code medium}. */
    public String label() {
        return label;
    }

    /** Sizes for a vocabulary. */
    public LstmConfig config(int vocabulary) {
        return new LstmConfig(vocabulary, context, layers, width, embedding, dropout);
    }

    /** Sequences per step. */
    public int batch() {
        return batch;
    }

    public int steps() {
        return steps;
    }

    /** Highest learning rate of the schedule. */
    public double learningRate() {
        return learningRate;
    }

    @Override
    public String toString() {
        return label;
    }
}
