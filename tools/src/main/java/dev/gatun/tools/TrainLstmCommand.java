package dev.gatun.tools;

import dev.gatun.models.rnn.Lstm;
import dev.gatun.models.rnn.LstmConfig;
import dev.gatun.models.rnn.LstmPreset;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code gatun train lstm}. */
@Command(
        name = "lstm",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Trains an LSTM language model on text and lets it write a sample.",
            "",
            "The run folder gets the weights (weights.safetensors), checkpoints to go on from, config.json, tokenizer.json, "
                    + "metrics.csv, a page about the run (report.html), a picture of the losses (loss.svg) and event files for "
                    + "TensorBoard. Ctrl-C saves and ends.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  gatun train lstm --data shakespeare.txt           characters, preset small",
            "  gatun train lstm --data notes/ --tokenizer byte --preset tiny --out runs/notes",
            "  gatun train lstm --resume runs/notes",
            "  gatun train lstm --layers 1 --width 64 --context 32 --batch 4 --steps 100"
        })
final class TrainLstmCommand implements ResumableCommand {
    private static final double WEIGHT_DECAY = 0.01;

    @Mixin
    private final TextDataOptions text = new TextDataOptions();

    @Mixin
    private LstmOptions model;

    @Option(names = "--batch", paramLabel = "N", description = "Sequences per step. Default: the preset's.")
    private Integer batch;

    @Mixin
    private final TrainingFlags flags = new TrainingFlags();

    @Override
    public TrainingFlags flags() {
        return flags;
    }

    @Override
    public ResumableCommand fresh() {
        return new TrainLstmCommand();
    }

    private static TrainingDefaults usual(LstmPreset preset) {
        return TrainingDefaults.language(preset.steps(), preset.learningRate(), WEIGHT_DECAY);
    }

    @Override
    public List<String> usual() {
        return Arrays.stream(LstmPreset.values()).map(p -> p.label() + ": batch " + p.batch() + ", " + usual(p).text()).toList();
    }

    @Override
    public int train() throws Exception {
        LstmPreset preset = model.preset();
        LstmConfig sizes = model.config(1); // every size is checked before the data is read
        int rows = LstmOptions.chosen("--batch", batch, preset.batch());
        var defaults = new LanguageTraining.Defaults("lstm-" + preset.label(), usual(preset));
        return new LanguageTraining(text, flags).train(defaults, rows, v -> Lstm.of(model.config(v)),
                String.format("lstm: %d layers, width %d, embedding %d, context %d, dropout %s", sizes.layers(), sizes.width(),
                        sizes.embedding(), sizes.context(), sizes.dropout()));
    }
}
