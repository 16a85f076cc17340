package dev.gatun.tools;

import dev.gatun.models.gpt.Gpt;
import dev.gatun.models.gpt.GptConfig;
import dev.gatun.models.gpt.GptPreset;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code gatun train gpt}. */
@Command(
        name = "gpt",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Trains a GPT on text and lets it write a sample.",
            "",
            "The run folder gets the weights (weights.safetensors), checkpoints to go on from, config.json, tokenizer.json, "
                    + "metrics.csv, a page about the run (report.html), a picture of the losses (loss.svg) and event files for "
                    + "TensorBoard. Ctrl-C saves and ends.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  gatun train gpt                                   the JDK's own Java sources, preset baby",
            "  gatun train gpt --data shakespeare.txt --steps 500",
            "  gatun train gpt --data notes/ --tokenizer byte --preset nano --out runs/notes",
            "  gatun train gpt --out runs/long --checkpoint-every 500      ... and after a power cut:",
            "  gatun train gpt --resume runs/long",
            "  gatun train gpt --data book.txt --tokenizer tokenizer.json --preset nano",
            "  gatun train gpt --data shards/web --weight 3 --data shards/books --weight 1",
            "  gatun train gpt --find-learning-rate              look for a rate that suits model and data",
            "  gatun train gpt --epochs 3 --schedule one-cycle --average 0.999 --patience 4",
            "  gatun train gpt --accumulate 8 --group '*.bias:decay=0' --freeze 'layers.0.*'",
            "  gatun train gpt --layers 2 --heads 2 --width 64 --context 32 --batch 4 --steps 100"
        })
final class TrainGptCommand implements ResumableCommand {
    private static final double WEIGHT_DECAY = 0.1;

    @Mixin
    private final TextDataOptions text = new TextDataOptions();

    @Mixin
    private GptOptions model;

    @Option(names = "--batch", paramLabel = "N", description = "Sequences per step. Default: the preset's.")
    private Integer batch;

    @Option(names = "--dropout", paramLabel = "X", defaultValue = "0", description = "Dropout probability. Default: 0.")
    private double dropout;

    @Mixin
    private final TrainingFlags flags = new TrainingFlags();

    @Override
    public TrainingFlags flags() {
        return flags;
    }

    @Override
    public ResumableCommand fresh() {
        return new TrainGptCommand();
    }

    private static TrainingDefaults usual(GptPreset preset) {
        return TrainingDefaults.language(preset.steps(), preset.learningRate(), WEIGHT_DECAY);
    }

    @Override
    public List<String> usual() {
        return Arrays.stream(GptPreset.values()).map(p -> p.label() + ": batch " + p.batch() + ", " + usual(p).text()).toList();
    }

    @Override
    public int train() throws Exception {
        GptPreset preset = model.preset();
        GptConfig sizes = model.config(1, dropout); // every size is checked before the data is read
        int rows = GptOptions.chosen("--batch", batch, preset.batch());
        var defaults = new LanguageTraining.Defaults("gpt-" + preset.label(), usual(preset));
        return new LanguageTraining(text, flags).train(defaults, rows, v -> Gpt.of(model.config(v, dropout)),
                String.format("gpt: %d layers, %d heads, width %d, context %d", sizes.layers(), sizes.heads(), sizes.width(), sizes.context()));
    }
}
