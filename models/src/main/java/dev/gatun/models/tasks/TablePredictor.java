package dev.gatun.models.tasks;

import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import dev.gatun.models.data.DataException;
import dev.gatun.models.data.table.ColumnCode;
import dev.gatun.models.data.table.CsvTable;
import dev.gatun.models.data.table.TableCode;
import dev.gatun.models.train.RunFolder;
import dev.gatun.runtime.Compiler;
import dev.gatun.runtime.Executable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A trained predictor of a table's column: its compiled scores over the weights of a run. Tables have the columns that it was
 * trained with, in any order; others are passed over. A missing value, and a category that training did not see, are what
 * missing values were in training; where it saw none, the mean and no category. Not for use by several threads at a time.
 */
public final class TablePredictor implements AutoCloseable {
    private static final String FUNCTION = "scores";

    /**
     * What the column may hold in a row.
     *
     * @param value a class, or a number in units of the column
     * @param probability of the class; empty for a number
     */
    public record Prediction(String value, Optional<Double> probability) {}

    /** What is done with the scores of a row. */
    private interface Consumer {
        void accept(int row, int from);
    }

    private final SavedTableModel saved;
    private final int batch;
    private final Executable executable;
    private final float[] inputs;
    private final float[] scores;

    /**
     * Compiles the model of a run.
     *
     * @param batch rows scored at a time
     */
    public TablePredictor(Compiler compiler, RunFolder folder, int batch) throws IOException {
        if (batch < 1) throw new IllegalArgumentException("batch must be at least 1, got " + batch);
        saved = SavedTableModel.open(folder);
        this.batch = batch;
        TableCode code = saved.code();
        inputs = new float[Math.multiplyExact(batch, code.inputs())];
        scores = new float[Math.multiplyExact(batch, code.outputs())];
        executable = Inference.compile(compiler, folder, saved.parameters(), FUNCTION,
                t -> t.output("scores", saved.model().apply(t.data("rows", TensorType.of(DType.F32, batch, code.inputs())))));
    }

    /** The model and what belongs to it. */
    public SavedTableModel model() {
        return saved;
    }

    /**
     * What the column may hold, row by row.
     *
     * @throws DataException when a column is missing, or holds something else than numbers where training had numbers
     */
    public List<Prediction> predict(CsvTable table) {
        List<Prediction> all = new ArrayList<>();
        score(table, (row, from) -> all.add(prediction(from)));
        return all;
    }

    private Prediction prediction(int from) {
        TableCode code = saved.code();
        if (!code.classifies()) return new Prediction(Float.toString((float) code.value(scores[from])), Optional.empty());
        int best = from;
        for (int i = from; i < from + code.outputs(); i++) if (scores[i] > scores[best]) best = i;
        double sum = 0;
        for (int i = from; i < from + code.outputs(); i++) sum += Math.exp(scores[i] - (double) scores[best]);
        return new Prediction(code.classes().get(best - from), Optional.of(1 / sum));
    }

    /**
     * Measures the model on rows whose column is known.
     *
     * @param group column whose values the rows are also measured by, one by one; may be one that the model does not see
     * @throws DataException as {@link #predict} does; also when a row's target is missing or of a class that the model does
     *     not know, or there is no such column to group by
     * @throws IllegalArgumentException when there are more than 1,000 groups
     */
    public TableReport evaluate(CsvTable table, Optional<String> group) {
        TableCode code = saved.code();
        int target = column(table, code.target(), "and which has to be known where it is measured");
        double[] targets = new double[table.rows()];
        for (int r = 0; r < targets.length; r++) targets[r] = target(table, r, target);
        TableReport report = new TableReport(code, group);
        Optional<Integer> by = group.map(table::column);
        score(table, (row, from) -> report.add(by.map(c -> table.at(row, c)).orElse(""), scores, from, targets[row]));
        return report;
    }

    private double target(CsvTable table, int row, int column) {
        TableCode code = saved.code();
        String value = table.at(row, column);
        double found = code.classifies() ? code.classes().indexOf(value) : ColumnCode.number(value);
        if (found >= 0 || !code.classifies() && !Double.isNaN(found)) return found;
        throw new DataException(table.name() + ": row " + (row + 1) + ": the target \"" + code.target() + "\" is \"" + value + "\": expected "
                + (code.classifies() ? "one of " + code.classes() : "a number"));
    }

    private static int column(CsvTable table, String name, String why) {
        if (!table.columns().contains(name)) {
            throw new DataException(table.name() + " has no column \"" + name + "\", which the model was trained with " + why);
        }
        return table.column(name);
    }

    private void check(CsvTable table) {
        for (ColumnCode c : saved.code().features()) {
            int column = column(table, c.column(), "(it may be empty: then its values are missing)");
            if (!(c instanceof ColumnCode.Numeric)) continue;
            for (int r = 0; r < table.rows(); r++) {
                String value = table.at(r, column);
                if (!ColumnCode.isMissing(value) && Double.isNaN(ColumnCode.number(value))) {
                    throw new DataException(table.name() + ": row " + (r + 1) + ": column \"" + c.column() + "\" is \"" + value
                            + "\": expected a number, as the rows had that the model was trained with");
                }
            }
        }
    }

    private void score(CsvTable table, Consumer consumer) {
        check(table);
        TableCode code = saved.code();
        for (int first = 0; first < table.rows(); first += batch) {
            int count = Math.min(batch, table.rows() - first);
            for (int i = 0; i < count; i++) code.encode(table, first + i, inputs, i * code.inputs());
            executable.write(FUNCTION, "rows", inputs);
            executable.run(FUNCTION);
            executable.read(FUNCTION, "scores", scores);
            for (int i = 0; i < count; i++) consumer.accept(first + i, i * code.outputs());
        }
    }

    @Override
    public void close() {
        executable.close();
    }
}
