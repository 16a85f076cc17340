package dev.gatun.models.metrics;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * What was measured of a classifier.
 *
 * @param names of the classes
 * @param matrix counts
 * @param loss mean negative log-likelihood in nats
 * @param k of the top-k accuracy: 5, or the number of classes when there are fewer
 * @param topK share of examples whose class is among the k with the highest scores
 * @param areas under the ROC curve of each class against all others, NaN where that is not defined; empty when not measured
 */
public record ClassificationReport(List<String> names, ConfusionMatrix matrix, double loss, int k, double topK, List<Double> areas) {
    private static final int MOST_COLUMNS = 20;
    private static final int MOST_CONFUSIONS = 20;
    private static final int LONGEST_NAME = 24;

    public ClassificationReport {
        names = List.copyOf(names);
        areas = List.copyOf(areas);
    }

    /** Mean of the areas under the ROC curves that are defined; NaN when none is. */
    public double auc() {
        return OneVsRestAuc.macro(areas);
    }

    private double area(int c) {
        return areas.isEmpty() ? Double.NaN : areas.get(c);
    }

    /** Share of the examples whose class was found. */
    public double accuracy() {
        return matrix.accuracy();
    }

    /** Loss, accuracies, a line for each class, averages, and the confusion matrix; of more than 20 classes its largest errors. */
    public String text() {
        StringBuilder out = new StringBuilder();
        line(out, "examples %,d   loss %.4f   accuracy %.4f   top-%d accuracy %.4f   auc %s%n", matrix.total(), loss, accuracy(), k, topK,
                figure(auc()).strip());
        line(out, "%n%-" + width() + "s %9s %9s %9s %9s %9s%n", "class", "precision", "recall", "f1", "auc", "examples");
        for (int c = 0; c < names.size(); c++) score(out, name(c), matrix.score(c), area(c));
        score(out, "macro average", matrix.macro(), auc());
        score(out, "micro average", matrix.micro(), Double.NaN);
        out.append(System.lineSeparator());
        if (names.size() <= MOST_COLUMNS) table(out);
        else confusions(out);
        return out.toString();
    }

    private void score(StringBuilder out, String name, Score s, double area) {
        line(out, "%-" + width() + "s %9.4f %9.4f %9.4f %s %,9d%n", name, s.precision(), s.recall(), s.f1(), figure(area), s.support());
    }

    /** A figure, or a dash where it is not defined. */
    private static String figure(double x) {
        return Double.isNaN(x) ? "        -" : String.format(Locale.ROOT, "%9.4f", x);
    }

    private int width() {
        return Math.max("macro average".length(), names.stream().mapToInt(n -> Math.min(LONGEST_NAME, n.length())).max().orElse(0));
    }

    private String name(int c) {
        String n = names.get(c);
        return n.length() <= LONGEST_NAME ? n : n.substring(0, LONGEST_NAME - 1) + "…";
    }

    private void table(StringBuilder out) {
        int cell = Math.max(4, String.format(Locale.ROOT, "%,d", matrix.total()).length() + 1);
        line(out, "rows: class, columns: predicted%n%-" + width() + "s", "");
        for (int p = 0; p < names.size(); p++) {
            String n = names.get(p);
            line(out, "%" + cell + "s", n.length() < cell ? n : Integer.toString(p));
        }
        out.append(System.lineSeparator());
        for (int l = 0; l < names.size(); l++) {
            line(out, "%-" + width() + "s", name(l));
            for (int p = 0; p < names.size(); p++) line(out, "%," + cell + "d", matrix.count(l, p));
            out.append(System.lineSeparator());
        }
    }

    private record Confusion(int label, int predicted, long count) {}

    private void confusions(StringBuilder out) {
        List<Confusion> all = new ArrayList<>();
        for (int l = 0; l < names.size(); l++) {
            for (int p = 0; p < names.size(); p++) {
                if (l != p && matrix.count(l, p) > 0) all.add(new Confusion(l, p, matrix.count(l, p)));
            }
        }
        all.sort(Comparator.comparingLong(Confusion::count).reversed());
        line(out, "most frequent confusions%n");
        for (Confusion c : all.subList(0, Math.min(MOST_CONFUSIONS, all.size()))) {
            line(out, "%,9d  %s taken for %s%n", c.count, name(c.label), name(c.predicted));
        }
    }

    private static void line(StringBuilder out, String format, Object... values) {
        out.append(String.format(Locale.ROOT, format, values));
    }

    /** The same as a JSON object; {@code confusion[i][j]} counts examples of class i taken for class j. What is not defined is null. */
    public String json() {
        ObjectNode root = Json.object().put("examples", matrix.total());
        Json.put(root, "loss", loss);
        Json.put(root, "accuracy", accuracy());
        Json.put(root.put("k", k), "topKAccuracy", topK);
        Json.put(root, "auc", auc());
        put(root.putObject("macro"), matrix.macro());
        put(root.putObject("micro"), matrix.micro());
        ArrayNode classes = root.putArray("classes");
        ArrayNode confusion = root.putArray("confusion");
        for (int c = 0; c < names.size(); c++) {
            ObjectNode one = classes.addObject().put("name", names.get(c));
            put(one, matrix.score(c));
            Json.put(one, "auc", area(c));
            ArrayNode row = confusion.addArray();
            for (int p = 0; p < names.size(); p++) row.add(matrix.count(c, p));
        }
        return root.toPrettyString();
    }

    private static void put(ObjectNode node, Score s) {
        Json.put(node, "precision", s.precision());
        Json.put(node, "recall", s.recall());
        Json.put(node, "f1", s.f1());
        node.put("examples", s.support());
    }
}
