package dev.gatun.tools;

import dev.gatun.models.checkpoint.AtomicFile;
import dev.gatun.models.data.image.Augmentation;
import dev.gatun.models.data.image.ImageDataset;
import dev.gatun.models.metrics.ClassificationReport;
import dev.gatun.models.metrics.ConfusionPicture;
import dev.gatun.models.tasks.ImageClassifier;
import dev.gatun.models.tasks.SavedImageModel;
import dev.gatun.models.train.RunFolder;
import dev.gatun.models.vision.ImageConfig;
import dev.gatun.runtime.Compiler;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code gatun eval}. */
@Command(
        name = "eval",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Measures a trained classifier on test images: loss, accuracy, top-5 accuracy; precision, recall",
            "and F1 of each class and on average; and which classes are taken for which, also as pictures,",
            "confusion.svg and confusion.png, in the run folder.%n",
            "Images are scaled until they cover the model's input, cropped around their centre, and turned",
            "grey or coloured as the model needs.%n"
        },
        footer = {
            "",
            "Examples:",
            "  gatun eval runs/lenet-20260101-120000                  synthetic digits that training did not see",
            "  gatun eval runs/digits --data mnist/                   the test images of IDX files",
            "  gatun eval runs/photos --data photos/ --json > report.json"
        })
final class EvalCommand implements Callable<Integer> {
    /** Synthetic images to measure with. */
    private static final int DRAWN = 2_000;

    @Parameters(paramLabel = "RUN_DIR", description = "Folder that gatun train left.")
    private Path folder;

    @Mixin
    private ImageDataOptions images;

    @Option(names = "--invert", description = "Turn black into white first: for dark drawings on light paper, where those trained on were light on dark.")
    private boolean invert;

    @Option(names = "--batch", paramLabel = "N", defaultValue = "64", description = "Images scored at a time. Default: 64.")
    private int batch;

    @Option(names = "--json", description = "Print one JSON object instead of text.")
    private boolean json;

    @Option(names = "--pictures", paramLabel = "DIR", description = "Where the pictures go. Default: the run folder.")
    private Path pictures;

    @Mixin
    private DeviceOptions device;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        Flags.atLeastOne("--batch", batch);
        images.check();
        RunFolder run = RunFolder.open(folder);
        ImageConfig config = SavedImageModel.open(run).model().config();
        try (ImageDataset data = images.openForTest(config.image(), DRAWN);
                Compiler compiler = device.compiler();
                ImageClassifier classifier = new ImageClassifier(compiler, run, Math.min(batch, data.count()))) {
            ClassificationReport report = classifier.evaluate(data.all(), invert ? List.of(new Augmentation.Invert()) : List.of());
            PrintWriter w = json ? spec.commandLine().getErr() : spec.commandLine().getOut();
            ImageDataOptions.printSkipped(w, data);
            if (json) spec.commandLine().getOut().println(report.json());
            else spec.commandLine().getOut().print("data     " + data.name() + System.lineSeparator() + report.text());
            write(report, pictures == null ? run.path() : pictures, data.name());
            spec.commandLine().getOut().flush();
        }
        return 0;
    }

    private void write(ClassificationReport report, Path where, String data) throws IOException {
        Files.createDirectories(where);
        Path svg = where.resolve("confusion.svg");
        Path png = where.resolve("confusion.png");
        String title = folder.getFileName() + " on " + data + String.format(java.util.Locale.ROOT, ": accuracy %.4f", report.accuracy());
        AtomicFile.write(svg, ConfusionPicture.svg(report.matrix(), report.names(), title));
        AtomicFile.write(png, ConfusionPicture.png(report.matrix()));
        if (!json) spec.commandLine().getOut().printf("%npictures %s and %s%n", svg, png);
    }
}
