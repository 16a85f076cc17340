package dev.gatun.tools;

import dev.gatun.models.data.table.CsvTable;
import dev.gatun.models.data.table.TableCode;
import dev.gatun.models.data.table.TableSplit;
import dev.gatun.models.mlp.Perceptron;
import dev.gatun.models.mlp.PerceptronConfig;
import dev.gatun.models.tasks.TableTask;
import dev.gatun.models.train.RunFolder;
import dev.gatun.models.train.TrainingSettings;
import dev.gatun.models.train.Validation;
import dev.gatun.runtime.Compiler;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code gatun train mlp}. */
@Command(
        name = "mlp",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Trains a perceptron to predict a column of a CSV table.",
            "",
            "Numbers are standardized and text becomes categories, as the rows that are trained on have it; missing values "
                    + "are marked. A tenth of the rows is kept to validate with and a tenth to test the result with.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  gatun train mlp --data iris.csv --target species",
            "  gatun train mlp --data houses.csv --target price --hidden 128,64 --steps 3000",
            "  gatun train mlp --data houses.csv --target price --epochs 200 --patience 5 --schedule plateau"
        })
final class TrainMlpCommand implements ResumableCommand {
    private static final int BATCH = 64;

    @Option(names = "--data", required = true, paramLabel = "FILE", description = "CSV table; its first line names the columns.")
    private Path data;

    @Option(names = "--target", required = true, paramLabel = "COLUMN", description = "Column to predict.")
    private String target;

    @Option(names = "--separator", paramLabel = "C", defaultValue = ",", description = "Character between fields. Default: a comma.")
    private char separator;

    @Option(
            names = "--task",
            paramLabel = "KIND",
            defaultValue = "auto",
            description = "classification, regression or auto: classes where the target is text or few whole numbers. Default: auto.")
    private TableCode.Kind kind;

    @Option(names = "--hidden", paramLabel = "N", split = ",", defaultValue = "64,64", description = "Widths of the hidden layers. Default: 64,64.")
    private List<Integer> hidden;

    @Option(names = "--validation", paramLabel = "X", defaultValue = "0.1", description = "Share of rows to validate with. Default: 0.1.")
    private double validation;

    @Option(names = "--test", paramLabel = "X", defaultValue = "0.1", description = "Share of rows to test with. Default: 0.1.")
    private double test;

    @Option(names = "--batch", paramLabel = "N", defaultValue = "" + BATCH, description = "Rows per step. Default: ${DEFAULT-VALUE}.")
    private int batch;

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
        return new TrainMlpCommand();
    }

    @Override
    public List<String> usual() {
        return List.of("batch " + BATCH + ", " + TrainingDefaults.tables().text());
    }

    @Override
    public int train() throws Exception {
        flags.training().check();
        Flags.atLeastOne("--batch", batch);
        PerceptronConfig sizes = new PerceptronConfig(1, hidden, 1, dropout); // checked before the data is read
        flags.device().check();
        CsvTable table = CsvTable.read(data, separator);
        TableSplit split = TableSplit.of(table.rows(), validation, test, flags.training().seed());
        TableCode code = TableCode.fit(table, target, kind, split.train().stream().mapToInt(i -> i).toArray());
        Perceptron model = Perceptron.of(new PerceptronConfig(code.inputs(), sizes.hidden(), code.outputs(), sizes.dropout()));
        TableTask task = new TableTask(model, table, code, split, batch);
        TrainingSettings settings = flags.training().settings(task, TrainingDefaults.tables());
        try (Compiler compiler = flags.device().compiler()) {
            if (flags.training().finds()) return RateCurve.print(spec().commandLine().getOut(), compiler, task, settings);
            return TrainingRun.of(this, compiler, task, settings, "mlp", folder -> banner(compiler, table, split, code, folder),
                    (trainer, folder) -> report(task.test(trainer.executable())));
        }
    }

    private void banner(Compiler compiler, CsvTable table, TableSplit split, TableCode code, RunFolder folder) {
        PrintWriter w = spec().commandLine().getOut();
        w.printf("%s%n", compiler.banner());
        w.printf(Locale.ROOT, "data     %s: %,d rows, %d to train on, %d to validate and %d to test with%n", table.name(), table.rows(),
                split.train().size(), split.validation().size(), split.test().size());
        w.printf("target   %s: %s%n", code.target(), code.classifies() ? code.classes().size() + " classes" : "a number");
        w.printf("model    mlp: %d columns as %d numbers, hidden layers of %s%n", code.features().size(), code.inputs(), hidden);
        w.printf("output   %s%n", folder.path());
        w.flush();
    }

    private void report(Validation v) {
        PrintWriter w = spec().commandLine().getOut();
        w.printf("test %s over %,d rows%n", v.metrics().entrySet().stream()
                .map(m -> String.format(Locale.ROOT, "%s %.4f", m.getKey(), m.getValue())).collect(Collectors.joining(", ")), v.examples());
        w.flush();
    }
}
