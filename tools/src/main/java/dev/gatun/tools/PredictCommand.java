package dev.gatun.tools;

import dev.gatun.models.data.DataException;
import dev.gatun.models.data.features.GridReader;
import dev.gatun.models.data.image.Augmentation;
import dev.gatun.models.data.image.FolderImages;
import dev.gatun.models.data.image.ImageDataset;
import dev.gatun.models.data.image.ReadOptions;
import dev.gatun.models.data.table.CsvTable;
import dev.gatun.models.data.table.TableCode;
import dev.gatun.models.mlp.Perceptron;
import dev.gatun.models.tasks.ImageClassifier;
import dev.gatun.models.tasks.ModelKind;
import dev.gatun.models.tasks.SavedImageModel;
import dev.gatun.models.tasks.TablePredictor;
import dev.gatun.models.train.RunFolder;
import dev.gatun.models.vision.ImageSize;
import dev.gatun.runtime.Compiler;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code gatun predict}. */
@Command(
        name = "predict",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Says what pictures, sounds or videos show, or fills in a column of a table.",
            "",
            "Of a file it names the likeliest classes with their probabilities, one line for each. Of a table it predicts "
                    + "the column that the model was trained for, one line of CSV for each row: its class and the probability of it, "
                    + "or its number.",
            "",
            "A picture is scaled until it covers the model's input and cropped around its centre. Colours become grey "
                    + "(BT.601) for a model of grey images, grey becomes colour for others. Digits of MNIST and the synthetic ones are "
                    + "light on dark: dark writing on light paper needs --invert, and should fill the picture about as theirs does.",
            "",
            "A table needs the columns that the model was trained with, in any order, and may have others. Missing values "
                    + "and categories that training did not see count as missing ones did there; where there were none, as the mean, "
                    + "and as no category.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  gatun predict runs/photos cat.jpg dog.png",
            "  gatun predict runs/digits scan.png --invert --top 1",
            "  gatun predict runs/audio-... word.wav",
            "  gatun predict runs/houses new.csv > prices.csv"
        })
final class PredictCommand implements Callable<Integer> {
    private static final int ROWS = 256;

    @Parameters(index = "0", paramLabel = "RUN_DIR", description = "Folder that gatun train left.")
    private Path folder;

    @Parameters(index = "1..*", paramLabel = "FILE", arity = "1..*", description = "Pictures: PNG, JPEG, BMP or GIF; WAV files; videos: animated GIFs and folders of frames. Or a CSV table.")
    private List<Path> files;

    @Option(names = "--top", paramLabel = "K", defaultValue = "3", description = "Classes to name, the likeliest. Default: 3.")
    private int top;

    @Option(names = "--invert", description = "Turn black into white first.")
    private boolean invert;

    @Option(names = "--skip-bad", description = "Go on after a file that cannot be used, and say why, instead of stopping.")
    private boolean skipBad;

    @Option(names = "--separator", paramLabel = "C", defaultValue = ",", description = "Character between a table's fields. Default: a comma.")
    private char separator;

    @Mixin
    private DeviceOptions device;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        Flags.atLeastOne("--top", top);
        RunFolder run = RunFolder.open(folder);
        if (ModelKind.open(run) instanceof Perceptron) table(run);
        else pictures(run);
        spec.commandLine().getOut().flush();
        return 0;
    }

    private void table(RunFolder run) throws IOException {
        if (files.size() > 1) throw new IllegalArgumentException("one table at a time: " + files.get(1) + " is a second one");
        device.check();
        CsvTable table = CsvTable.read(files.getFirst(), separator);
        PrintWriter out = spec.commandLine().getOut();
        try (Compiler compiler = device.compiler(); TablePredictor predictor = new TablePredictor(compiler, run, Math.min(ROWS, table.rows()))) {
            List<TablePredictor.Prediction> predictions = predictor.predict(table);
            TableCode code = predictor.model().code();
            out.println("row," + field(code.target()) + (code.classifies() ? ",probability" : ""));
            for (int r = 0; r < predictions.size(); r++) {
                TablePredictor.Prediction p = predictions.get(r);
                out.println((r + 1) + "," + field(p.value()) + p.probability().map(x -> String.format(Locale.ROOT, ",%.4f", x)).orElse(""));
            }
        }
    }

    /** A field of CSV, in quotes where it needs them. */
    private static String field(String s) {
        return s.matches("[^\",\r\n]*") ? s : '"' + s.replace("\"", "\"\"") + '"';
    }

    private void pictures(RunFolder run) throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        try (Compiler compiler = device.compiler(); ImageClassifier classifier = new ImageClassifier(compiler, run, 1)) {
            Optional<GridReader> reader = classifier.model().reader();
            if (invert && reader.isPresent()) throw new IllegalArgumentException("--invert does not go with " + reader.get().takes() + ", which " + folder + " was trained on");
            for (Path file : files) {
                try {
                    out.println(file + ": " + line(reader.isPresent() ? classifier.predict(reader.get().read(file), top) : picture(classifier, file)));
                } catch (DataException e) {
                    if (!skipBad) throw e;
                    out.println(file + ": skipped: " + e.getMessage());
                }
            }
        }
    }

    private List<ImageClassifier.Guess> picture(ImageClassifier classifier, Path file) {
        SavedImageModel saved = classifier.model();
        ImageSize size = saved.model().config().image();
        ReadOptions how = ReadOptions.strict().resizedTo(size.height(), size.width()).withChannels(size.channels());
        try (ImageDataset picture = FolderImages.files(List.of(file), saved.classNames(), how)) {
            return classifier.predict(picture.all(), invert ? List.of(new Augmentation.Invert()) : List.of(), top).getFirst();
        }
    }

    private static String line(List<ImageClassifier.Guess> guesses) {
        return guesses.stream().map(g -> String.format(Locale.ROOT, "%s %.4f", g.name(), g.probability())).collect(Collectors.joining("  "));
    }
}
