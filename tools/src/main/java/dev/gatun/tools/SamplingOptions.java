package dev.gatun.tools;

import dev.gatun.models.generate.Generator;
import dev.gatun.models.generate.Sampler;
import java.util.List;
import picocli.CommandLine.Option;

/** How texts are written, for commands that write some. */
final class SamplingOptions {
    @Option(names = "--tokens", paramLabel = "N", defaultValue = "400", description = "Tokens to write at most. Default: 400.")
    int count;

    @Option(
            names = "--temperature",
            paramLabel = "X",
            defaultValue = "0.8",
            description = "Below 1 favours likely tokens, 0 takes the likeliest. Default: 0.8.")
    private double temperature;

    @Option(names = "--top-k", paramLabel = "K", defaultValue = "40", description = "Only the K likeliest tokens; 0 for all. Default: 40.")
    private int topK;

    @Option(
            names = "--top-p",
            paramLabel = "P",
            defaultValue = "1",
            description = "Only the likeliest tokens that together have probability P. Default: 1, all.")
    private double topP;

    @Option(
            names = "--min-p",
            paramLabel = "P",
            defaultValue = "0",
            description = "Only tokens at least P times as likely as the likeliest. Default: 0, all.")
    private double minP;

    @Option(
            names = "--repetition-penalty",
            paramLabel = "X",
            defaultValue = "1",
            description = "Above 1, tokens of the prompt and the text so far become less likely. Default: 1.")
    private double repetitionPenalty;

    @Option(
            names = "--presence-penalty",
            paramLabel = "X",
            defaultValue = "0",
            description = "Taken off the score of each token of the text so far. Default: 0.")
    private double presencePenalty;

    @Option(
            names = "--frequency-penalty",
            paramLabel = "X",
            defaultValue = "0",
            description = "Taken off it once for each time. Default: 0.")
    private double frequencyPenalty;

    @Option(names = "--seed", paramLabel = "S", defaultValue = "1", description = "Same seed, same text. Default: 1.")
    private long seed;

    @Option(
            names = "--stop",
            paramLabel = "TEXT",
            description = "End before this text, which is not printed. May be given several times.")
    List<String> stops = List.of();

    @Option(
            names = "--when-full",
            paramLabel = "WHAT",
            defaultValue = "slide",
            description = "When the model's context is full: slide (forget the older half and go on) or stop. Default: slide.")
    Generator.WhenFull whenFull;

    Sampler sampler() {
        Flags.atLeastOne("--tokens", count);
        if (stops.stream().anyMatch(String::isEmpty)) throw new IllegalArgumentException("--stop needs at least one character");
        return new Sampler(temperature, topK, topP, minP, repetitionPenalty, presencePenalty, frequencyPenalty, seed);
    }
}
