package dev.gatun.models.gpt;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Model sizes with a batch and a length of training that suit them. */
public enum GptPreset {
    /** 0.8 million parameters: minutes on two cores. */
    BABY("baby", 4, 4, 128, 64, 12, 2_000, 2e-3),
    /** 10.7 million parameters. */
    NANO("nano", 6, 6, 384, 256, 8, 5_000, 1e-3),
    /** The smallest GPT-2's size. */
    GPT2("124m", 12, 12, 768, 256, 4, 5_000, 6e-4);

    private final String label;
    private final int layers;
    private final int heads;
    private final int width;
    private final int context;
    private final int batch;
    private final int steps;
    private final double learningRate;

    GptPreset(String label, int layers, int heads, int width, int context, int batch, int steps, double learningRate) {
        this.label = label;
        this.layers = layers;
        this.heads = heads;
        this.width = width;
        this.context = context;
        this.batch = batch;
        this.steps = steps;
        this.learningRate = learningRate;
    }

    /**
     * The preset of a name.
     *
     * @throws IllegalArgumentException listing the names there are
     */
    public static GptPreset of(String name) {
        return Arrays.stream(values())
                .filter(p -> p.label.equals(name.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no preset '" + name + "': choose one of "
                        + Arrays.stream(values()).map(GptPreset::label).collect(Collectors.joining(", "))));
    }

    /** The name: {@code baby}, {@code nano}, {@code 124m}. */
    public String label() {
        return label;
    }

    /** Sizes for a vocabulary. */
    public GptConfig config(int vocabulary) {
        return GptConfig.of(vocabulary, context, layers, heads, width);
    }

    public int layers() {
        return layers;
    }

    public int heads() {
        return heads;
    }

    public int width() {
        return width;
    }

    public int context() {
        return context;
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
