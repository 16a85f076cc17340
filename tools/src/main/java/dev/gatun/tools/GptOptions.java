package dev.gatun.tools;

import dev.gatun.models.gpt.GptConfig;
import dev.gatun.models.gpt.GptPreset;
import picocli.CommandLine.Option;

/** Sizes of a GPT: a preset, and what differs from it. */
final class GptOptions {
    @Option(
            names = "--preset",
            paramLabel = "NAME",
            defaultValue = "baby",
            description = "baby (0.8 M parameters), nano (11 M) or 124m. Default: baby.")
    private String preset;

    @Option(names = "--layers", paramLabel = "N", description = "Transformer blocks. Default: the preset's.")
    private Integer layers;

    @Option(names = "--heads", paramLabel = "N", description = "Attention heads, a divisor of the width. Default: the preset's.")
    private Integer heads;

    @Option(names = "--width", paramLabel = "N", description = "Width of the hidden vectors. Default: the preset's.")
    private Integer width;

    @Option(names = "--context", paramLabel = "N", description = "Tokens the model sees at once. Default: the preset's.")
    private Integer context;

    @Option(
            names = "--positions",
            paramLabel = "KIND",
            defaultValue = "learned",
            description = "learned or rotary. Default: learned.")
    private GptConfig.Positions positions;

    GptPreset preset() {
        return GptPreset.of(preset);
    }

    GptConfig config(int vocabulary, double dropout) {
        GptPreset p = preset();
        return new GptConfig(
                vocabulary,
                chosen("--context", context, p.context()),
                chosen("--layers", layers, p.layers()),
                chosen("--heads", heads, p.heads()),
                chosen("--width", width, p.width()),
                positions,
                dropout);
    }

    static int chosen(String flag, Integer given, int otherwise) {
        if (given == null) return otherwise;
        Flags.atLeastOne(flag, given);
        return given;
    }
}
