package dev.gatun.tools;

import dev.gatun.models.data.TokenData;
import dev.gatun.models.optim.AdamW;
import dev.gatun.models.rnn.Lstm;
import dev.gatun.models.rnn.LstmConfig;
import dev.gatun.models.rnn.LstmPreset;
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

/** {@code gatun train lstm}. */
@Command(
        name = "lstm",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Trains an LSTM language model on text and lets it write a sample.%n",
            "The run folder gets the weights (weights.safetensors), checkpoints to go on from, config.json,",
            "tokenizer.json, metrics.csv and a picture of the losses (loss.svg). Ctrl-C saves and ends.%n"
        },
        footer = {
            "",
            "Examples:",
            "  gatun train lstm --data shakespeare.txt           characters, preset small",
            "  gatun train lstm --data notes/ --tokenizer byte --preset tiny --out runs/notes",
            "  gatun train lstm --resume runs/notes",
            "  gatun train lstm --layers 1 --width 64 --context 32 --batch 4 --steps 100"
        })
final class TrainLstmCommand implements Callable<Integer> {
    private static final double WEIGHT_DECAY = 0.01;

    @Mixin
    private final TextDataOptions text = new TextDataOptions();

    @Mixin
    private LstmOptions model;

    @Option(names = "--batch", paramLabel = "N", description = "Sequences per step. Default: the preset's.")
    private Integer batch;

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
        TrainLstmCommand again = new TrainLstmCommand();
        again.run.replayed();
        Gatun.configured(new CommandLine(again), spec.commandLine().getOut(), spec.commandLine().getErr())
                .setOverwrittenOptionsAllowed(true)
                .parseArgs(arguments.toArray(String[]::new));
        return again.train();
    }

    private int train() throws Exception {
        LstmPreset preset = model.preset();
        model.config(1); // every size is checked before the data is read
        training.check();
        int rows = LstmOptions.chosen("--batch", batch, preset.batch());
        device.check();
        text.check();
        try (TextDataOptions.Source source = text.open(); Compiler compiler = device.compiler()) {
            Tokenizer tokens = source.tokenizer();
            LstmConfig config = model.config(tokens.vocabulary());
            try (TokenData dataset = source.windows(config.context())) {
                LanguageTask task = LanguageTask.of(Lstm.of(config), tokens, dataset, source.name(), rows);
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
                RunFolder folder = resumed != null ? resumed : run.create("lstm-" + preset.label());
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

    private void banner(Compiler compiler, TextDataOptions.Source source, TokenData dataset, LstmConfig c, int rows, TrainingSettings s) {
        PrintWriter w = spec.commandLine().getOut();
        w.printf("%s%n", compiler.banner());
        w.printf("data     %s, %s tokenizer with %,d tokens%n", source.description(), source.tokenizer().kind(), source.tokenizer().vocabulary());
        w.printf("         %,d tokens to train on, %,d to validate with%n", dataset.train().length(), dataset.validation().length());
        w.printf("model    lstm: %d layers, width %d, embedding %d, context %d, dropout %s%n", c.layers(), c.width(), c.embedding(), c.context(),
                c.dropout());
        w.printf("training %,d steps of %s%d x %d tokens, seed %d%n", s.steps(), s.parts() > 1 ? s.parts() + " x " : "", rows, c.context(), s.seed());
        w.flush();
    }
}
