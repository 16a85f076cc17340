package dev.gatun.tools;

import dev.gatun.models.data.TokenData;
import dev.gatun.models.gpt.Gpt;
import dev.gatun.models.gpt.GptConfig;
import dev.gatun.models.gpt.GptPreset;
import dev.gatun.models.optim.AdamW;
import dev.gatun.models.optim.LearningRate;
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
            "  gatun train gpt --layers 2 --heads 2 --width 64 --context 32 --batch 4 --steps 100"
        })
final class TrainGptCommand implements Callable<Integer> {
    private static final double WEIGHT_DECAY = 0.1;
    private static final double FLOOR = 0.1;
    private static final int WARMUP = 100;
    private static final int EVALUATIONS = 10;
    private static final int EVALUATE_BATCHES = 24;

    @Mixin
    private final TextDataOptions text = new TextDataOptions();

    @Mixin
    private GptOptions model;

    @Option(names = "--steps", paramLabel = "N", description = "Training steps. Default: the preset's (baby: 2000).")
    private Integer steps;

    @Option(names = "--batch", paramLabel = "N", description = "Sequences per step. Default: the preset's.")
    private Integer batch;

    @Option(
            names = "--learning-rate",
            paramLabel = "X",
            description = "Highest learning rate; it rises at the start and falls along a cosine. Default: the preset's.")
    private Double learningRate;

    @Option(names = "--dropout", paramLabel = "X", defaultValue = "0", description = "Dropout probability. Default: 0.")
    private double dropout;

    @Option(names = "--seed", paramLabel = "S", defaultValue = "1", description = "Same seed, same run. Default: 1.")
    private long seed;

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
        TrainingSettings settings = settings(preset);
        int rows = GptOptions.chosen("--batch", batch, preset.batch());
        device.check();
        text.check();
        try (TextDataOptions.Source source = text.open(); Compiler compiler = device.compiler()) {
            Tokenizer tokens = source.tokenizer();
            GptConfig config = model.config(tokens.vocabulary(), dropout);
            try (TokenData dataset = source.windows(config.context())) {
                RunFolder resumed = run.resumed();
                RunFolder folder = resumed != null ? resumed : run.create("gpt-" + preset.label());
                banner(compiler, source, dataset, config, rows, settings, folder);
                LanguageTask task = LanguageTask.of(Gpt.of(config), tokens, dataset, source.name(), rows);
                PrintWriter w = spec.commandLine().getOut();
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

    private TrainingSettings settings(GptPreset preset) {
        int n = GptOptions.chosen("--steps", steps, preset.steps());
        double rate = learningRate == null ? preset.learningRate() : learningRate;
        Flags.positive("--learning-rate", rate);
        return new TrainingSettings(
                n,
                new LearningRate.Cosine(rate, FLOOR * rate, Math.min(WARMUP, n / 10), n),
                new AdamW(0.9, 0.99, 1e-8, WEIGHT_DECAY, false),
                1,
                seed,
                Math.max(1, n / EVALUATIONS),
                EVALUATE_BATCHES);
    }

    private void banner(Compiler compiler, TextDataOptions.Source source, TokenData dataset, GptConfig c, int rows, TrainingSettings s,
            RunFolder folder) {
        PrintWriter w = spec.commandLine().getOut();
        w.printf("%s%n", compiler.banner());
        w.printf("data     %s, %s tokenizer with %,d tokens%n", source.description(), source.tokenizer().kind(), source.tokenizer().vocabulary());
        w.printf("         %,d tokens to train on, %,d to validate with%n", dataset.train().length(), dataset.validation().length());
        w.printf("model    gpt: %d layers, %d heads, width %d, context %d%n", c.layers(), c.heads(), c.width(), c.context());
        w.printf("training %,d steps of %d x %d tokens, seed %d%n", s.steps(), rows, c.context(), s.seed());
        w.printf("output   %s%n", folder.path());
        w.flush();
    }
}
