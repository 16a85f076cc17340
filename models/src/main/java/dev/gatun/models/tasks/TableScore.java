package dev.gatun.models.tasks;

import dev.gatun.models.data.table.TableCode;
import dev.gatun.models.metrics.Classification;
import dev.gatun.models.metrics.ClassificationReport;
import dev.gatun.models.metrics.Regression;
import java.util.LinkedHashMap;
import java.util.Map;

/** Measures predictions of a column, row by row. */
final class TableScore {
    private final TableCode code;
    private final Classification classes;
    private final Regression numbers = new Regression(1);
    private long rows;

    private TableScore(TableCode code, Classification classes) {
        this.code = code;
        this.classes = classes;
    }

    /** Keeps counts and sums only. */
    static TableScore counting(TableCode code) {
        return new TableScore(code, code.classifies() ? Classification.counting(code.classes()) : null);
    }

    /** Keeps the scores of classes too, for the areas under their ROC curves. */
    static TableScore full(TableCode code) {
        return new TableScore(code, code.classifies() ? new Classification(code.classes()) : null);
    }

    /**
     * Adds a row.
     *
     * @param scores of a batch
     * @param from where the row's begin
     * @param target its label, or its value in units of the column
     */
    void add(float[] scores, int from, double target) {
        rows++;
        if (code.classifies()) classes.add(scores, from, (int) target);
        else numbers.add(code.value(scores[from]), target);
    }

    long rows() {
        return rows;
    }

    /** Of classes. */
    ClassificationReport report() {
        return classes.report();
    }

    /** Of numbers, in squared units of the column. */
    double mse() {
        return numbers.mse();
    }

    /** By name; R2 is NaN where all targets are the same. */
    Map<String, Double> metrics() {
        Map<String, Double> m = new LinkedHashMap<>();
        if (code.classifies()) {
            m.put(TableTask.ACCURACY, classes.accuracy());
        } else {
            m.put(TableTask.MAE, numbers.mae());
            m.put(TableTask.RMSE, numbers.rmse());
            m.put(TableTask.R2, numbers.r2());
        }
        return m;
    }
}
