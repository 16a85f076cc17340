package dev.gatun.models.tasks;

import dev.gatun.models.data.table.ColumnCode;
import dev.gatun.models.data.table.TableCode;
import java.util.LinkedHashMap;
import java.util.Map;

/** Measures predictions of a column, row by row. */
final class TableScore {
    private final TableCode code;
    private long rows;
    private long hits;
    private double absolute;
    private double squared;
    private double mean;
    private double spread;

    TableScore(TableCode code) {
        this.code = code;
    }

    /**
     * Adds a row.
     *
     * @param scores of a batch
     * @param place of the row in it
     * @param target its label, or its standardized value
     */
    void add(float[] scores, int place, float target) {
        rows++;
        if (code.classifies()) {
            int n = code.outputs();
            int best = 0;
            for (int i = 1; i < n; i++) {
                if (scores[place * n + i] > scores[place * n + best]) best = i;
            }
            if (best == (int) target) hits++;
            return;
        }
        ColumnCode.Numeric scale = code.number().orElseThrow();
        double error = ((double) scores[place] - target) * scale.deviation();
        double value = target * scale.deviation();
        absolute += Math.abs(error);
        squared += error * error;
        double d = value - mean;
        mean += d / rows;
        spread += d * (value - mean);
    }

    /** By name; R2 is NaN where all targets are the same. */
    Map<String, Double> metrics() {
        Map<String, Double> m = new LinkedHashMap<>();
        if (code.classifies()) {
            m.put(TableTask.ACCURACY, (double) hits / rows);
        } else {
            m.put(TableTask.MAE, absolute / rows);
            m.put(TableTask.RMSE, Math.sqrt(squared / rows));
            m.put(TableTask.R2, spread > 0 ? 1 - squared / spread : Double.NaN);
        }
        return m;
    }
}
