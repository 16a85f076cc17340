package dev.gatun.tools;

import dev.gatun.models.data.features.GridReader;
import dev.gatun.models.data.features.LabelledGrids;
import dev.gatun.models.data.features.SpecAugment;
import dev.gatun.models.data.image.Part;
import dev.gatun.models.layers.ParameterTree;
import dev.gatun.models.tasks.GridTask;
import dev.gatun.models.train.RunFolder;
import dev.gatun.models.train.TrainingSettings;
import dev.gatun.models.vision.ImageConfig;
import dev.gatun.models.vision.ImagePreset;
import dev.gatun.runtime.Compiler;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Trains a network for images on what is made to look like images: sounds, videos. */
abstract class TrainGridCommand implements ResumableCommand {
    /** Synthetic examples are the same in every run: those to test with are never seen in flags.training(). */
    static final long SYNTHETIC_SEED = 1;

    private static final int DRAWN = 1_000;

    @Option(names = "--data", paramLabel = "DIR", description = "Folder with a sub-folder a class. Default: synthetic examples, made by procedure; nothing is downloaded.")
    private Path data;

    @Option(names = "--skip-bad", description = "Leave out files that cannot be used and count them, instead of stopping at the first.")
    private boolean skipBad;

    @Option(names = "--network", paramLabel = "NAME", defaultValue = "lenet", description = "One of lenet, resnet18, resnet34, resnet50, vgg, mobilenet, vit. Default: lenet, a small one.")
    private ImagePreset network;

    @Option(names = "--examples", paramLabel = "N", description = "Number of synthetic examples. Default: 1000.")
    private Integer count;

    @Option(names = "--validation", paramLabel = "SHARE", defaultValue = "0.1", description = "Share of the examples kept to validate with. Default: 0.1.")
    private double share;

    @Option(names = "--batch", paramLabel = "N", description = "Examples per step. Default: the network's.")
    private Integer batch;

    @Option(names = "--label-smoothing", paramLabel = "X", defaultValue = "0", description = "Share of a label spread over all classes. Default: 0.")
    private double smoothing;

    @Mixin
    private final TrainingFlags flags = new TrainingFlags();

    /** Name of the command and of run folders. */
    abstract String label();

    /** Checks the flags of the kind before any work is done. */
    abstract void checkReader();

    /**
     * How files become examples.
     *
     * @param folder of the files; {@code null} for synthetic examples
     */
    abstract GridReader reader(Path folder);

    /** What is hidden in flags.training(). */
    abstract SpecAugment augment(GridReader reader);

    @Override
    public TrainingFlags flags() {
        return flags;
    }

    @Override
    public List<String> usual() {
        return List.of("batch " + ImagePreset.LENET.batch() + ", " + TrainingDefaults.images(ImagePreset.LENET).text(), "other networks as in gatun train NAME");
    }

    @Override
    public int train() throws Exception {
        flags.training().check();
        flags.device().check();
        Flags.share("--validation", share);
        int rows = GptOptions.chosen("--batch", batch, network.batch());
        int drawn = GptOptions.chosen("--examples", count, DRAWN);
        if (data != null && count != null) throw new IllegalArgumentException("--examples is the number of synthetic ones: leave it or --data away");
        checkReader();
        GridReader reader = reader(data);
        LabelledGrids grids = data == null ? GridData.synthetic(reader, Part.TRAIN, drawn) : LabelledGrids.read(data, reader, skipBad);
        ImageConfig config = network.config(GridTask.size(reader), grids.classNames().size());
        SpecAugment augment = augment(reader);
        GridTask task = new GridTask(config, grids, augment, smoothing, share, flags.training().seed(), rows);
        TrainingSettings settings = flags.training().settings(task, TrainingDefaults.images(network));
        try (Compiler compiler = flags.device().compiler()) {
            if (flags.training().finds()) return RateCurve.print(spec().commandLine().getOut(), compiler, task, settings);
            return TrainingRun.of(this, compiler, task, settings, label(), folder -> banner(compiler, grids, task, settings, augment, folder),
                    (trainer, folder) -> done(folder));
        }
    }

    private void banner(Compiler compiler, LabelledGrids grids, GridTask task, TrainingSettings s, SpecAugment augment, RunFolder folder) {
        PrintWriter w = spec().commandLine().getOut();
        w.printf("%s%n", compiler.banner());
        w.printf("data     %s: %,d examples of %s in %d classes to train on, %,d to validate with%n", grids.name(), task.examples(), GridTask.size(grids.reader()),
                grids.classNames().size(), grids.count() - task.examples());
        ImageDataOptions.printSkipped(w, grids.skipped(), grids.name(), "example");
        w.printf("model    %s: %,d parameters%n", network.label(), ParameterTree.of(task.model()).elements());
        w.printf("training %,d steps of %s%d examples, %s, hidden in each: %s, seed %d%n", s.steps(), s.parts() > 1 ? s.parts() + " x " : "", task.batch(),
                flags.training().optimizerName(TrainingDefaults.images(network)), augment.text(), s.seed());
        w.printf("output   %s%n", folder.path());
        w.flush();
    }

    private void done(RunFolder folder) {
        PrintWriter w = spec().commandLine().getOut();
        w.printf("saved in %s; more about it with: gatun eval %s%s%n", folder.path(), folder.path(), data == null ? "" : " --data " + data);
        w.flush();
    }
}
