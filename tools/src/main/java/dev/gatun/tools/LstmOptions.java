package dev.gatun.tools;

import dev.gatun.models.rnn.LstmConfig;
import dev.gatun.models.rnn.LstmPreset;
import picocli.CommandLine.Option;

/** Sizes of an LSTM: a preset, and what differs from it. */
final class LstmOptions {
    @Option(
            names = "--preset",
            paramLabel = "NAME",
            defaultValue = "small",
            description = "tiny (0.1 M parameters), small (0.9 M) or medium (3.5 M). Default: small.")
    private String preset;

    @Option(names = "--layers", paramLabel = "N", description = "LSTM layers. Default: the preset's.")
    private Integer layers;

    @Option(names = "--width", paramLabel = "N", description = "Width of the hidden vectors. Default: the preset's.")
    private Integer width;

    @Option(names = "--embedding", paramLabel = "N", description = "Width of the tokens' vectors. Default: the preset's.")
    private Integer embedding;

    @Option(names = "--context", paramLabel = "N", description = "Tokens of a sequence. Default: the preset's.")
    private Integer context;

    @Option(names = "--dropout", paramLabel = "X", description = "Dropout probability, in [0,1). Default: the preset's.")
    private Double dropout;

    LstmPreset preset() {
        return LstmPreset.of(preset);
    }

    LstmConfig config(int vocabulary) {
        LstmConfig p = preset().config(vocabulary);
        return new LstmConfig(
                vocabulary,
                chosen("--context", context, p.context()),
                chosen("--layers", layers, p.layers()),
                chosen("--width", width, p.width()),
                chosen("--embedding", embedding, p.embedding()),
                dropout == null ? p.dropout() : dropout);
    }

    static int chosen(String flag, Integer given, int otherwise) {
        if (given == null) return otherwise;
        Flags.atLeastOne(flag, given);
        return given;
    }
}
