package dev.gatun.tools;

import dev.gatun.models.data.image.ImageDataset;
import dev.gatun.models.data.image.ImageSplit;
import dev.gatun.models.data.image.ImageSubset;
import dev.gatun.models.data.image.LoaderSettings;
import dev.gatun.models.data.image.Normalization;
import dev.gatun.models.data.image.Part;
import dev.gatun.models.layers.ParameterTree;
import dev.gatun.models.tasks.ImageTask;
import dev.gatun.models.train.RunFolder;
import dev.gatun.models.train.TrainingSettings;
import dev.gatun.models.vision.ImageConfig;
import dev.gatun.models.vision.ImagePreset;
import dev.gatun.models.vision.ImageSize;
import dev.gatun.runtime.Compiler;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code gatun train lenet} and its kin: one command for each preset. */
@Command(mixinStandardHelpOptions = true, sortOptions = false)
final class TrainImageCommand implements ResumableCommand {
    /** Synthetic images to validate with, as a part of those to train on. */
    private static final int DRAWN_FOR_TEST = 5;

    private final ImagePreset preset;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Folder of images. Default: synthetic digits, drawn by procedure; nothing is downloaded.")
    private Path data;

    @Mixin
    private ImageDataOptions images;

    @Option(names = "--image-size", paramLabel = "HxW", description = "Scale and crop every image to this size. Default: their own, one for all.")
    private String imageSize;

    @Option(names = "--channels", paramLabel = "N", defaultValue = "0", description = "1 for grey, 3 for colour. Default: IDX 1, others 3.")
    private int channels;

    @Option(names = "--images", paramLabel = "N", description = "Train on N images at most, chosen by the seed. Default: all, or the preset's of synthetic ones.")
    private Integer count;

    @Option(
            names = "--validation",
            paramLabel = "SHARE",
            defaultValue = "0.1",
            description = "Share kept to validate with where there are no test images. Default: 0.1.")
    private double share;

    @Option(names = "--batch", paramLabel = "N", description = "Images per step. Default: the preset's.")
    private Integer batch;

    @Mixin
    private AugmentOptions augment;

    @Option(
            names = "--label-smoothing",
            paramLabel = "X",
            defaultValue = "0",
            description = "Share of a label spread over all classes. Default: 0.")
    private double smoothing;

    @Option(names = "--workers", paramLabel = "N", defaultValue = "1", description = "Threads that prepare batches. The run does not depend on it. Default: 1.")
    private int workers;

    @Mixin
    private final TrainingFlags flags = new TrainingFlags();

    TrainImageCommand(ImagePreset preset) {
        this.preset = preset;
    }

    /** The command of a preset. */
    static CommandLine of(ImagePreset preset) {
        CommandLine line = new CommandLine(new TrainImageCommand(preset));
        String l = preset.label();
        line.getCommandSpec().name(l).usageMessage()
                .description("Trains %s.".formatted(preset.description()), "",
                        "The run folder gets weights, config.json (with class names and normalization), metrics.csv, checkpoints to go on "
                                + "from, a page about the run (report.html), a picture of the losses (loss.svg) and event files for "
                                + "TensorBoard. Ctrl-C saves and ends.", "")
                .footer("", "Examples:",
                        "  gatun train " + l + "                                     synthetic digits, nothing to download",
                        "  gatun train " + l + " --data mnist/ --epochs 5            IDX files, validated with test images",
                        "  gatun train " + l + " --data photos/ --image-size 64x64   a sub-folder of pictures a class",
                        "  gatun train " + l + " --data photos/ --patience 4 --average 0.999 --schedule one-cycle",
                        "  gatun train " + l + " --find-learning-rate                look for a rate that suits the model",
                        "  gatun eval runs/" + l + "-...                             accuracy, F1, confusion matrix");
        return line;
    }

    @Override
    public TrainingFlags flags() {
        return flags;
    }

    @Override
    public ResumableCommand fresh() {
        return new TrainImageCommand(preset);
    }

    @Override
    public List<String> usual() {
        return List.of("batch " + preset.batch() + ", " + TrainingDefaults.images(preset).text());
    }

    @Override
    public int train() throws Exception {
        check();
        int[] wanted = size();
        int drawn = GptOptions.chosen("--images", count, preset.drawn());
        try (ImageDataset train = images.open(Part.TRAIN, wanted[0], wanted[1], channels, drawn);
                ImageDataset test = test(wanted, drawn);
                Compiler compiler = flags.device().compiler()) {
            ImageSplit split = split(train, test);
            ImageConfig config = preset.config(new ImageSize(train.height(), train.width(), train.channels()), train.classes());
            LoaderSettings loading = augment.apply(LoaderSettings.training(batch(), flags.training().seed()).withWorkers(workers), train.channels());
            try (ImageTask task = new ImageTask(config, split, Normalization.of(split.train()), loading, smoothing)) {
                return train(compiler, config, split, task);
            }
        }
    }

    private int train(Compiler compiler, ImageConfig config, ImageSplit split, ImageTask task) throws IOException {
        TrainingSettings settings = flags.training().settings(task, TrainingDefaults.images(preset));
        if (flags.training().finds()) return RateCurve.print(spec().commandLine().getOut(), compiler, task, settings);
        return TrainingRun.of(this, compiler, task, settings, preset.label(), folder -> banner(compiler, split, config, task, settings, folder),
                (trainer, folder) -> done(folder));
    }

    /** Checks the flags before any work is done. */
    private void check() {
        images.from(data);
        images.check();
        augment.check();
        flags.device().check();
        flags.training().check();
        Flags.share("--validation", share);
        if (channels != 0 && channels != 1 && channels != 3) throw new IllegalArgumentException("--channels must be 1 or 3, got " + channels);
        size();
        if (images.synthetic() && (imageSize != null || channels == 3)) {
            throw new IllegalArgumentException("synthetic digits are 28x28 and grey: leave --image-size and --channels away, or give --data");
        }
        Flags.atLeastOne("--workers", workers);
        LoaderSettings.training(batch(), flags.training().seed()).withWorkers(workers);
    }

    private int batch() {
        return GptOptions.chosen("--batch", batch, preset.batch());
    }

    /** Rows and columns asked for; 0 for the images' own. */
    private int[] size() {
        return imageSize == null ? new int[2] : Flags.size("--image-size", imageSize);
    }

    private ImageDataset test(int[] wanted, int drawn) {
        if (!images.has(Part.TEST)) return null;
        return images.open(Part.TEST, wanted[0], wanted[1], channels, Math.max(1, drawn / DRAWN_FOR_TEST));
    }

    private ImageSplit split(ImageDataset train, ImageDataset test) {
        ImageSplit split = test == null ? train.split(share, flags.training().seed()) : new ImageSplit(train.all(), test.all());
        if (count == null || count >= split.train().count()) return split;
        return new ImageSplit(split.train().sample(count, flags.training().seed()), split.validation());
    }

    private void banner(Compiler compiler, ImageSplit split, ImageConfig c, ImageTask task, TrainingSettings s, RunFolder folder) {
        PrintWriter w = spec().commandLine().getOut();
        ImageSubset train = split.train();
        w.printf("%s%n", compiler.banner());
        w.printf("data     %s: %,d images of %s in %d classes to train on, %,d to validate with%n", train.dataset().name(), train.count(),
                c.image(), c.classes(), split.validation().count());
        ImageDataOptions.printSkipped(w, train.dataset());
        if (split.validation().dataset() != train.dataset()) ImageDataOptions.printSkipped(w, split.validation().dataset());
        w.printf("model    %s: %,d parameters, %s%n", preset.label(), ParameterTree.of(task.model()).elements(), c.sizes());
        w.printf("training %,d steps of %s%d images, %,d an epoch, %s, augmentation %s, seed %d%n", s.steps(), s.parts() > 1 ? s.parts() + " x " : "", task.batch(),
                task.batchesPerEpoch() / s.parts(), flags.training().optimizerName(TrainingDefaults.images(preset)), augment.text(c.image().channels()), s.seed());
        w.printf("output   %s%n", folder.path());
        w.flush();
    }

    private void done(RunFolder folder) {
        PrintWriter w = spec().commandLine().getOut();
        String data = images.synthetic() ? "" : " --data " + images.data();
        w.printf("saved in %s; more about it with: gatun eval %s%s%n", folder.path(), folder.path(), data);
        w.flush();
    }
}
