package dev.gatun.tools;

import dev.gatun.models.data.TokenData;
import dev.gatun.models.gpt.Gpt;
import dev.gatun.models.gpt.GptConfig;
import dev.gatun.models.gpt.GptPreset;
import dev.gatun.models.optim.AdamW;
import dev.gatun.models.tasks.LanguageTask;
import dev.gatun.models.text.Tokenizer;
import dev.gatun.models.train.RunFolder;
import dev.gatun.models.train.Trainer;
import dev.gatun.models.train.TrainingSettings;
import dev.gatun.runtime.Compiler;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code gatun train gpt}. */
@Command(
        name = "gpt",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Trains a GPT on text and lets it write a sample.%n",
            "The run folder gets the weights (weights.safetensors), checkpoints to go on from, config.json,",
            "tokenizer.json, metrics.csv and a picture of the losses (loss.svg). Ctrl-C saves and ends.%n"
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
final class TrainGptCommand implements Callable<Integer> {
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
    private TrainingOptions training;

    @Mixin
    private DeviceOptions device;

    @Mixin
    private final RunOptions run = new RunOptions();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        run.check();
        List<String> arguments = run.replay(spec);
        return arguments.isEmpty() ? train() : replay(arguments);
    }

    /** This command with the flags of the run that it goes on with. */
    private int replay(List<String> arguments) throws Exception {
        TrainGptCommand again = new TrainGptCommand();
        again.run.replayed();
        Gatun.configured(new CommandLine(again), spec.commandLine().getOut(), spec.commandLine().getErr())
                .setOverwrittenOptionsAllowed(true)
                .parseArgs(arguments.toArray(String[]::new));
        return again.train();
    }

    private int train() throws Exception {
        GptPreset preset = model.preset();
        model.config(1, dropout); // every size is checked before the data is read
        training.check();
        int rows = GptOptions.chosen("--batch", batch, preset.batch());
        device.check();
        text.check();
        try (TextDataOptions.Source source = text.open(); Compiler compiler = device.compiler()) {
            Tokenizer tokens = source.tokenizer();
            GptConfig config = model.config(tokens.vocabulary(), dropout);
            try (TokenData dataset = source.windows(config.context())) {
                LanguageTask task = LanguageTask.of(Gpt.of(config), tokens, dataset, source.name(), rows);
                TrainingSettings settings = training.settings(task, preset.steps(), preset.learningRate(),
                        new AdamW(0.9, 0.99, 1e-8, WEIGHT_DECAY, false));
                PrintWriter w = spec.commandLine().getOut();
                if (training.finds()) {
                    banner(compiler, source, dataset, config, rows, settings);
                    try (Trainer trainer = new Trainer(compiler, task, settings)) {
                        return RateCurve.print(w, trainer);
                    }
                }
                RunFolder resumed = run.resumed();
                RunFolder folder = resumed != null ? resumed : run.create("gpt-" + preset.label());
                banner(compiler, source, dataset, config, rows, settings);
                w.printf("output   %s%n", folder.path());
                try (Trainer trainer = new Trainer(compiler, task, settings)) {
                    if (resumed != null) {
                        dataset.resume(folder.path());
                        folder.resume(trainer);
                    }
                    else folder.begin(trainer, RunOptions.given(spec));
                    return new TrainingRun(w, spec.commandLine().getErr(), trainer, folder, run)
                            .run(stop -> TextSample.print(w, trainer, task, folder, stop));
                }
            }
        }
    }

    private void banner(Compiler compiler, TextDataOptions.Source source, TokenData dataset, GptConfig c, int rows, TrainingSettings s) {
        PrintWriter w = spec.commandLine().getOut();
        w.printf("%s%n", compiler.banner());
        w.printf("data     %s, %s tokenizer with %,d tokens%n", source.description(), source.tokenizer().kind(), source.tokenizer().vocabulary());
        w.printf("         %,d tokens to train on, %,d to validate with%n", dataset.train().length(), dataset.validation().length());
        w.printf("model    gpt: %d layers, %d heads, width %d, context %d%n", c.layers(), c.heads(), c.width(), c.context());
        w.printf("training %,d steps of %s%d x %d tokens, seed %d%n", s.steps(), s.parts() > 1 ? s.parts() + " x " : "", rows, c.context(), s.seed());
        w.flush();
    }
}
