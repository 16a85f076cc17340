package dev.gatun.tools;

import dev.gatun.models.checkpoint.AtomicFile;
import dev.gatun.models.data.Dataset;
import dev.gatun.models.data.Text;
import dev.gatun.models.data.TokenSequence;
import dev.gatun.models.data.Windows;
import dev.gatun.models.data.features.GridReader;
import dev.gatun.models.data.features.LabelledGrids;
import dev.gatun.models.data.image.Augmentation;
import dev.gatun.models.data.image.ImageDataset;
import dev.gatun.models.data.shards.ShardSource;
import dev.gatun.models.data.table.CsvTable;
import dev.gatun.models.language.LanguageModel;
import dev.gatun.models.metrics.ClassificationReport;
import dev.gatun.models.metrics.ConfusionPicture;
import dev.gatun.models.metrics.Perplexity;
import dev.gatun.models.mlp.Perceptron;
import dev.gatun.models.tasks.ImageClassifier;
import dev.gatun.models.tasks.ModelKind;
import dev.gatun.models.tasks.SavedImageModel;
import dev.gatun.models.tasks.TablePredictor;
import dev.gatun.models.tasks.TableReport;
import dev.gatun.models.tasks.TextScorer;
import dev.gatun.models.train.RunFolder;
import dev.gatun.models.vision.ImageConfig;
import dev.gatun.models.vision.ImageModel;
import dev.gatun.runtime.Compiler;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
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
            "Measures a trained model.",
            "",
            "Classes of images, sounds, videos or of a table's rows: loss, accuracy, top-5 accuracy; precision, recall, F1 "
                    + "and area under the ROC curve of each class and on average; which classes are taken for which, also as pictures, "
                    + "confusion.svg and confusion.png, in the run folder. Images are scaled until they cover the model's input, "
                    + "cropped around their centre, and turned grey or coloured.",
            "",
            "Numbers in a table: MSE, RMSE, MAE and R2, in units of the column. With --group all of it for the rows of each "
                    + "value of a column, and how far decisions depend on it: differences and ratio of demographic parity, difference "
                    + "of equalized odds.",
            "",
            "Language models: loss in nats, perplexity, bits per byte and per character of a text.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  gatun eval runs/lenet-20260101-120000                  synthetic digits that training did not see",
            "  gatun eval runs/digits --data mnist/                   the test images of IDX files",
            "  gatun eval runs/photos --data photos/ --json > report.json",
            "  gatun eval runs/audio-... --data words/                WAV files, a sub-folder a class",
            "  gatun eval runs/loans --data new.csv --group sex       rows whose target is known",
            "  gatun eval runs/notes                                  the tenth of its text that it did not see",
            "  gatun eval runs/notes --data other.txt"
        })
final class EvalCommand implements Callable<Integer> {
    /** Synthetic images to measure with. */
    private static final int DRAWN = 2_000;
    private static final int BATCH = 64;
    private static final int WINDOWS = 8;
    private static final List<String> OF_IMAGES = List.of("--format", "--classes", "--skip-bad", "--invert");
    private static final List<String> OF_TABLES = List.of("--group", "--separator");
    private static final List<String> OF_TEXTS = List.of("--held-out", "--stride");

    @Parameters(paramLabel = "RUN_DIR", description = "Folder that gatun train left.")
    private Path folder;

    @Option(
            names = "--data",
            paramLabel = "PATH",
            description = "What to measure with: a folder of images, sounds or videos (default: synthetic ones), a CSV table, or UTF-8 text (default: the --held-out part of the run's own).")
    private Path data;

    @Mixin
    private ImageDataOptions images;

    @Option(names = "--invert", description = "Turn black into white first: for dark drawings on light paper, where those trained on were light on dark.")
    private boolean invert;

    @Option(names = "--group", paramLabel = "COLUMN", description = "Measure a table's rows also by the values of this column, which the model need not see.")
    private String group;

    @Option(names = "--separator", paramLabel = "C", defaultValue = ",", description = "Character between a table's fields. Default: a comma.")
    private char separator;

    @Option(names = "--held-out", description = "Only the last tenth of a text, which training on it keeps to validate with.")
    private boolean heldOut;

    @Option(names = "--stride", paramLabel = "N", description = "Tokens from one window of a text to the next: fewer give each token more to go by. Default: the context.")
    private Integer stride;

    @Option(names = "--batch", paramLabel = "N", description = "Images, rows or windows scored at a time. Default: 64, of windows 8.")
    private Integer batch;

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
        if (batch != null) Flags.atLeastOne("--batch", batch);
        if (stride != null) Flags.atLeastOne("--stride", stride);
        RunFolder run = RunFolder.open(folder);
        switch (ModelKind.open(run)) {
            case ImageModel m -> {
                refuse("images", OF_TABLES, OF_TEXTS);
                image(run);
            }
            case Perceptron m -> {
                refuse("tables", OF_IMAGES, OF_TEXTS);
                table(run);
            }
            case LanguageModel m -> {
                refuse("texts", OF_IMAGES, OF_TABLES);
                text(run);
            }
            default -> throw new IllegalArgumentException(folder + " holds a " + run.kind() + ", which predicts neither classes nor numbers nor text");
        }
        spec.commandLine().getOut().flush();
        return 0;
    }

    @SafeVarargs
    private void refuse(String kind, List<String>... flags) {
        for (List<String> some : flags) {
            for (String flag : some) {
                if (spec.commandLine().getParseResult().hasMatchedOption(flag)) {
                    throw new IllegalArgumentException(flag + " does not go with " + kind + ", which " + folder + " was trained on");
                }
            }
        }
    }

    private void needData(String what) {
        if (data == null) throw new IllegalArgumentException("--data is missing: name " + what);
    }

    private void image(RunFolder run) throws IOException {
        images.from(data);
        SavedImageModel saved = SavedImageModel.open(run);
        if (saved.reader().isPresent()) {
            refuse(saved.reader().get().takes(), List.of("--format", "--classes", "--invert"));
            example(run, saved.reader().get());
            return;
        }
        images.check();
        ImageConfig config = saved.model().config();
        try (ImageDataset found = images.openForTest(config.image(), DRAWN);
                Compiler compiler = device.compiler();
                ImageClassifier classifier = new ImageClassifier(compiler, run, Math.min(batch == null ? BATCH : batch, found.count()))) {
            ClassificationReport report = classifier.evaluate(found.all(), invert ? List.of(new Augmentation.Invert()) : List.of());
            ImageDataOptions.printSkipped(json ? spec.commandLine().getErr() : spec.commandLine().getOut(), found);
            print(found.name(), report.text(), report.json());
            draw(report, run, found.name());
        }
    }

    /** Sounds or videos. */
    private void example(RunFolder run, GridReader reader) throws IOException {
        device.check();
        LabelledGrids found = images.examples(reader, DRAWN);
        try (Compiler compiler = device.compiler();
                ImageClassifier classifier = new ImageClassifier(compiler, run, Math.min(batch == null ? BATCH : batch, found.count()))) {
            ClassificationReport report = classifier.evaluate(found);
            ImageDataOptions.printSkipped(json ? spec.commandLine().getErr() : spec.commandLine().getOut(), found.skipped(), found.name(), "example");
            print(found.name(), report.text(), report.json());
            draw(report, run, found.name());
        }
    }

    private void table(RunFolder run) throws IOException {
        needData("a CSV table whose column to predict is filled in");
        device.check();
        CsvTable table = CsvTable.read(data, separator);
        try (Compiler compiler = device.compiler();
                TablePredictor predictor = new TablePredictor(compiler, run, Math.min(batch == null ? BATCH : batch, table.rows()))) {
            TableReport report = predictor.evaluate(table, Optional.ofNullable(group));
            print(table.name(), report.text(), report.json());
            if (report.classification().isPresent()) draw(report.classification().get(), run, table.name());
        }
    }

    private void text(RunFolder run) throws IOException {
        boolean part = heldOut || data == null;
        if (data == null) data = trainedOn(run);
        needData("a text to measure with");
        if (ShardSource.isOne(data)) throw new IllegalArgumentException("--data " + data + ": name the text that the token shards were made of");
        try (Text text = Text.of(data);
                Compiler compiler = device.compiler();
                TextScorer scorer = new TextScorer(compiler, run, batch == null ? WINDOWS : batch)) {
            int step = stride == null ? scorer.model().model().context() : stride;
            Perplexity p;
            if (part) {
                try (Dataset parts = Dataset.of(text, scorer.model().tokenizer(), scorer.model().model().context())) {
                    Windows w = parts.validation();
                    p = scorer.score(w.tokens(), w.from(), w.to(), step);
                }
            } else {
                try (TokenSequence tokens = TokenSequence.of(text, scorer.model().tokenizer())) {
                    p = scorer.score(tokens, 0, tokens.length(), step);
                }
            }
            print(text.name(), String.format(Locale.ROOT, "tokens   %,d for %,d characters, %,d bytes%nloss %.4f   perplexity %.4f   bits per byte %.4f   bits per character %.4f%n",
                    p.tokens(), p.characters(), p.bytes(), p.loss(), p.value(), p.bitsPerByte(), p.bitsPerCharacter()), p.json());
        }
    }

    /** Where the run's own data is; {@code null} when it was not named. */
    private static Path trainedOn(RunFolder run) throws IOException {
        String flag = "--data=";
        return run.arguments().stream().filter(a -> a.startsWith(flag)).map(a -> Path.of(a.substring(flag.length()))).findFirst().orElse(null);
    }

    private void print(String source, String text, String object) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) out.println(object);
        else out.print("data     " + source + System.lineSeparator() + text);
    }

    private void draw(ClassificationReport report, RunFolder run, String source) throws IOException {
        Path where = pictures == null ? run.path() : pictures;
        Files.createDirectories(where);
        Path svg = where.resolve("confusion.svg");
        Path png = where.resolve("confusion.png");
        String title = folder.getFileName() + " on " + source + String.format(Locale.ROOT, ": accuracy %.4f", report.accuracy());
        AtomicFile.write(svg, ConfusionPicture.svg(report.matrix(), report.names(), title));
        AtomicFile.write(png, ConfusionPicture.png(report.matrix()));
        if (!json) spec.commandLine().getOut().printf("%npictures %s and %s%n", svg, png);
    }
}
