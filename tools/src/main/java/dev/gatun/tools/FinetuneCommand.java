package dev.gatun.tools;

import dev.gatun.models.data.Dataset;
import dev.gatun.models.data.Text;
import dev.gatun.models.language.LanguageModel;
import dev.gatun.models.layers.ParameterTree;
import dev.gatun.models.lora.LoraFiles;
import dev.gatun.models.lora.LoraModel;
import dev.gatun.models.lora.LoraSettings;
import dev.gatun.models.optim.ParameterGroup;
import dev.gatun.models.tasks.LanguageTask;
import dev.gatun.models.tasks.SavedLanguageModel;
import dev.gatun.models.train.RunFolder;
import dev.gatun.models.train.Trainer;
import dev.gatun.models.train.TrainingSettings;
import dev.gatun.runtime.Compiler;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code gatun finetune}. */
@Command(
        name = "finetune",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Trains a language model on a text of another kind, from the weights that it has.",
            "",
            "All parameters are trained, but for those that --freeze names. With --lora-rank the model stays as it is and "
                    + "small changes of its linear layers are trained instead (LoRA), which takes much less memory; the changes are "
                    + "saved in PEFT's format, adapter_model.safetensors and adapter_config.json, and gatun merge makes a model of "
                    + "both.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  gatun finetune runs/base --data poems.txt --steps 300 --out runs/poems",
            "  gatun finetune runs/base --data poems.txt --freeze 'layers.0.*' --freeze '*.bias'",
            "  gatun finetune runs/base --data poems.txt --lora-rank 8 --lora-targets '*.attention.*'",
            "  gatun finetune --resume runs/poems"
        })
final class FinetuneCommand implements ResumableCommand {
    private static final int STEPS = 500;
    private static final int BATCH = 8;
    private static final double RATE = 2e-4;
    private static final double LORA_RATE = 1e-3;
    private static final double WEIGHT_DECAY = 0.01;

    @Parameters(paramLabel = "RUN_DIR", arity = "0..1", description = "Folder of the model, left by gatun train or gatun import.")
    private Path folder;

    @Option(names = "--data", paramLabel = "FILE|DIR", description = "UTF-8 text: a file, or a folder of files in the order of their paths.")
    private Path data;

    @Option(names = "--batch", paramLabel = "N", description = "Sequences per step. Default: 8.")
    private Integer batch;

    @Option(names = "--lora-rank", paramLabel = "R", description = "Train low-rank changes, of this rank, instead of the model itself.")
    private Integer rank;

    @Option(names = "--lora-alpha", paramLabel = "A", description = "Weight of the changes: they count A / R. Default: twice the rank.")
    private Double alpha;

    @Option(names = "--lora-dropout", paramLabel = "X", description = "Dropout probability of what the changes see. Default: 0.")
    private Double loraDropout;

    @Option(
            names = "--lora-targets",
            paramLabel = "PATTERN",
            description = "Linear layers to change: --lora-targets '*.qkv'. May be repeated. Default: '*.attention.*'.")
    private List<String> targets = new ArrayList<>();

    @Mixin
    private final TrainingFlags flags = new TrainingFlags();

    @Override
    public TrainingFlags flags() {
        return flags;
    }

    @Override
    public ResumableCommand fresh() {
        return new FinetuneCommand();
    }

    private static TrainingDefaults usual(boolean lora) {
        return TrainingDefaults.language(STEPS, lora ? LORA_RATE : RATE, lora ? 0 : WEIGHT_DECAY);
    }

    @Override
    public List<String> usual() {
        return List.of("batch " + BATCH + ", " + usual(false).text(), "--lora-rank: batch " + BATCH + ", " + usual(true).text());
    }

    @Override
    public int train() throws Exception {
        flags.training().check();
        flags.device().check();
        int rows = GptOptions.chosen("--batch", batch, BATCH);
        if (rank == null && (alpha != null || loraDropout != null || !targets.isEmpty())) {
            throw new IllegalArgumentException("--lora-alpha, --lora-dropout and --lora-targets need --lora-rank");
        }
        if (data == null) throw new IllegalArgumentException("--data is missing: name a text to train on");
        RunFolder resumed = run().resumed();
        if (resumed == null && folder == null) throw new IllegalArgumentException("RUN_DIR is missing: name the folder of the model to train");
        RunFolder source = resumed != null ? resumed : RunFolder.open(folder);
        SavedLanguageModel saved = SavedLanguageModel.open(source);
        source.checkWeights(saved.parameters());
        LanguageModel model = resumed != null ? saved.model() : adapted(saved.model());
        try (Text text = Text.of(data);
                Compiler compiler = flags.device().compiler();
                Dataset dataset = Dataset.of(text, saved.tokenizer(), model.context())) {
            LanguageTask task = task(model, saved, dataset, text.name(), rows);
            TrainingSettings settings = settings(task, model);
            RunFolder out = resumed != null ? resumed : create(source);
            banner(compiler, task, text, dataset, settings, source, out);
            try (Trainer trainer = new Trainer(compiler, task, settings)) {
                if (resumed != null) {
                    out.resume(trainer);
                } else {
                    String prefix = model instanceof LoraModel ? LoraModel.BASE : "";
                    source.readWeights(saved.parameters().renamed(n -> prefix + n), trainer.executable());
                    out.begin(trainer, RunOptions.given(spec()));
                }
                return new TrainingRun(spec().commandLine().getOut(), spec().commandLine().getErr(), trainer, out, run()).run(stop -> {
                    if (model instanceof LoraModel lora) save(lora, trainer, source, out);
                    TextSample.print(spec().commandLine().getOut(), trainer, task, out, stop);
                });
            }
        }
    }

    private LanguageModel adapted(LanguageModel model) {
        if (model instanceof LoraModel) {
            throw new IllegalArgumentException(folder + " holds low-rank changes: make a model of them with gatun merge first");
        }
        if (rank == null) return model;
        double weight = alpha == null ? 2.0 * rank : alpha;
        return LoraModel.of(model, new LoraSettings(rank, weight, loraDropout == null ? 0 : loraDropout, targets.isEmpty() ? List.of("*.attention.*") : targets));
    }

    private static LanguageTask task(LanguageModel model, SavedLanguageModel saved, Dataset data, String source, int rows) {
        var both = (Record & LanguageModel) model;
        return LanguageTask.of(both, saved.tokenizer(), data, source, rows);
    }

    private TrainingSettings settings(LanguageTask task, LanguageModel model) {
        boolean lora = model instanceof LoraModel;
        TrainingSettings s = flags.training().settings(task, usual(lora));
        if (!lora) return s;
        List<ParameterGroup> groups = new ArrayList<>(s.groups());
        groups.addFirst(ParameterGroup.frozen(LoraModel.BASE + "*"));
        return s.withGroups(groups.toArray(ParameterGroup[]::new));
    }

    private RunFolder create(RunFolder source) throws IOException {
        RunFolder out = run().create("finetuned");
        if (out.path().toRealPath().equals(source.path().toRealPath())) {
            throw new IllegalArgumentException("--out must be another folder than the model's, whose weights would be lost");
        }
        return out;
    }

    private static void save(LoraModel lora, Trainer trainer, RunFolder source, RunFolder out) {
        try {
            LoraFiles.write(out.path(), lora, n -> trainer.executable().state(trainer.evaluated().state(n)), source.path().toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void banner(Compiler compiler, LanguageTask task, Text text, Dataset dataset, TrainingSettings s, RunFolder source, RunFolder out) {
        PrintWriter w = spec().commandLine().getOut();
        ParameterTree tree = ParameterTree.of(task.model());
        long trained = tree.entries().stream().filter(e -> s.groups().stream().filter(g -> g.matches(e.name())).findFirst().stream().noneMatch(ParameterGroup::frozen))
                .mapToLong(e -> e.parameter().type().elements()).sum();
        w.printf("%s%n", compiler.banner());
        w.printf("data     %s: %,d characters in %,d file%s%n", text.name(), text.characters(), text.files(), text.files() == 1 ? "" : "s");
        w.printf("         %,d tokens to train on, %,d to validate with%n", dataset.train().to(), dataset.tokens() - dataset.train().to());
        w.printf(Locale.ROOT, "model    %s of %s: %,d of %,d parameters trained%n", task.kind(), source.path(), trained, tree.elements());
        w.printf("training %,d steps of %d x %d tokens, seed %d%n", s.steps(), task.batch() * s.parts(), task.languageModel().context(), s.seed());
        w.printf("output   %s%n", out.path());
        w.flush();
    }
}
