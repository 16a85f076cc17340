package dev.gatun.models.tasks;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gatun.models.data.table.TableCode;
import dev.gatun.models.metrics.ClassificationReport;
import dev.gatun.models.metrics.Fairness;
import dev.gatun.models.metrics.Slices;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What was measured of predictions of a table's column, over all rows and by the values of another column: of classes loss,
 * accuracies, precision, recall, F1 and area under the ROC curve, of numbers MSE, RMSE, MAE (in units of the column) and R2;
 * between groups the fairness of decisions for each class.
 */
public final class TableReport {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final TableCode code;
    private final Optional<String> column;
    private final TableScore whole;
    private final Slices<TableScore> groups;

    TableReport(TableCode code, Optional<String> column) {
        this.code = code;
        this.column = column;
        whole = TableScore.full(code);
        groups = new Slices<>(() -> TableScore.full(code));
    }

    /** Takes in a row; its target is a label or a value in units of the column. */
    void add(String group, float[] scores, int from, double target) {
        whole.add(scores, from, target);
        if (column.isPresent()) groups.of(group).add(scores, from, target);
    }

    /** Figures over all rows, where classes are predicted. */
    public Optional<ClassificationReport> classification() {
        return code.classifies() ? Optional.of(whole.report()) : Optional.empty();
    }

    /** Figures by name over all rows: loss where classes are predicted, and what {@link TableTask} names. */
    public Map<String, Double> figures() {
        return figures(whole);
    }

    /** The same for the rows of each group; without a column to group by there is none. */
    public Map<String, Map<String, Double>> groups() {
        Map<String, Map<String, Double>> all = new LinkedHashMap<>();
        groups.all().forEach((name, score) -> all.put(name, figures(score)));
        return all;
    }

    private Map<String, Double> figures(TableScore s) {
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put("rows", (double) s.rows());
        if (!code.classifies()) {
            figures.put("mse", s.mse());
            figures.putAll(s.metrics());
            return figures;
        }
        ClassificationReport r = s.report();
        figures.put("loss", r.loss());
        figures.put(TableTask.ACCURACY, r.accuracy());
        figures.put("macroF1", r.matrix().macro().f1());
        figures.put("auc", r.auc());
        return figures;
    }

    /** Fairness between the groups by class; empty where numbers are predicted or there is nothing to group by. */
    public Map<String, Fairness> fairness() {
        Map<String, Fairness> all = new LinkedHashMap<>();
        if (!code.classifies() || column.isEmpty()) return all;
        var matrices = groups.all().values().stream().map(s -> s.report().matrix()).toList();
        for (int c = 0; c < code.outputs(); c++) all.put(code.classes().get(c), Fairness.of(matrices, c));
        return all;
    }

    /** All of it for people. */
    public String text() {
        StringBuilder out = new StringBuilder();
        if (code.classifies()) out.append(whole.report().text());
        else table(out, code.target(), Map.of("all rows", figures()));
        if (column.isEmpty()) return out.toString();
        out.append(System.lineSeparator());
        table(out, "group of " + column.get(), groups());
        Map<String, Map<String, Double>> fairness = new LinkedHashMap<>();
        fairness().forEach((name, f) -> fairness.put(name, named(f)));
        if (!fairness.isEmpty()) {
            out.append(System.lineSeparator());
            table(out, "fairness of class", fairness);
        }
        return out.toString();
    }

    private static Map<String, Double> named(Fairness f) {
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put("parityDifference", f.parityDifference());
        figures.put("parityRatio", f.parityRatio());
        figures.put("oddsDifference", f.oddsDifference());
        return figures;
    }

    /** Rows of figures under their names. */
    private static void table(StringBuilder out, String title, Map<String, Map<String, Double>> rows) {
        int first = Math.max(title.length(), rows.keySet().stream().mapToInt(String::length).max().orElse(0));
        String head = String.format(Locale.ROOT, "%-" + first + "s", title);
        for (String name : rows.values().iterator().next().keySet()) head += String.format(Locale.ROOT, " %" + Math.max(11, name.length()) + "s", name);
        out.append(head).append(System.lineSeparator());
        rows.forEach((row, figures) -> {
            out.append(String.format(Locale.ROOT, "%-" + first + "s", row.isEmpty() ? "(empty)" : row));
            figures.forEach((name, x) -> out.append(String.format(Locale.ROOT, " %" + Math.max(11, name.length()) + "s", figure(name, x))));
            out.append(System.lineSeparator());
        });
    }

    private static String figure(String name, double x) {
        if (Double.isNaN(x)) return "-";
        return name.equals("rows") ? String.format(Locale.ROOT, "%,d", (long) x) : String.format(Locale.ROOT, "%.4f", x);
    }

    /** The same as a JSON object; what is not defined is null. */
    public String json() {
        ObjectNode root = JSON.createObjectNode().put("target", code.target());
        if (code.classifies()) root.setAll(parsed(whole.report().json()));
        else figures().forEach((name, x) -> put(root, name, x));
        column.ifPresent(c -> {
            root.put("groupedBy", c);
            ObjectNode all = root.putObject("groups");
            groups().forEach((group, figures) -> {
                ObjectNode one = all.putObject(group);
                figures.forEach((name, x) -> put(one, name, x));
            });
            if (!code.classifies()) return;
            ObjectNode fair = root.putObject("fairness");
            fairness().forEach((name, f) -> {
                ObjectNode one = fair.putObject(name);
                put(one, "demographicParityDifference", f.parityDifference());
                put(one, "demographicParityRatio", f.parityRatio());
                put(one, "equalizedOddsDifference", f.oddsDifference());
            });
        });
        return root.toPrettyString();
    }

    private static ObjectNode parsed(String json) {
        try {
            return (ObjectNode) JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e); // written by this library
        }
    }

    private static void put(ObjectNode node, String name, double x) {
        if (name.equals("rows")) node.put(name, (long) x);
        else if (Double.isFinite(x)) node.put(name, x);
        else node.putNull(name);
    }
}
