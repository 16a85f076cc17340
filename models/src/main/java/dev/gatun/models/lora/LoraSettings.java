package dev.gatun.models.lora;

import dev.gatun.models.optim.ParameterGroup;
import java.util.List;

/**
 * How a model is adapted by low-rank changes (Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models", 2021).
 *
 * @param rank of the changes
 * @param alpha their weight: a change counts {@code alpha / rank}
 * @param dropout probability of dropping an element of what a change sees while training, in [0,1)
 * @param targets patterns of the names of linear layers, {@code *} for any characters: {@code *.qkv}
 */
public record LoraSettings(int rank, double alpha, double dropout, List<String> targets) {
    /** Checks each setting; the message names it. */
    public LoraSettings {
        if (rank < 1) throw new IllegalArgumentException("the rank of LoRA must be at least 1, got " + rank);
        if (!(alpha > 0) || Double.isInfinite(alpha)) throw new IllegalArgumentException("the alpha of LoRA must be a number above 0, got " + alpha);
        if (!(dropout >= 0 && dropout < 1)) throw new IllegalArgumentException("the dropout of LoRA must lie in [0,1), got " + dropout);
        targets = List.copyOf(targets);
        if (targets.isEmpty() || targets.stream().anyMatch(String::isEmpty)) {
            throw new IllegalArgumentException("LoRA needs patterns of layers to adapt, such as *.qkv");
        }
    }

    /** Without dropout. */
    public LoraSettings(int rank, double alpha, List<String> targets) {
        this(rank, alpha, 0, targets);
    }

    double scale() {
        return alpha / rank;
    }

    boolean isTarget(String layer) {
        return targets.stream().anyMatch(t -> ParameterGroup.of(t).matches(layer));
    }
}
