package dev.gatun.models.metrics;

import com.fasterxml.jackson.databind.ObjectMapper;
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
 */
public record ClassificationReport(List<String> names, ConfusionMatrix matrix, double loss, int k, double topK) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MOST_COLUMNS = 20;
    private static final int MOST_CONFUSIONS = 20;
    private static final int LONGEST_NAME = 24;

    /** Share of the examples whose class was found. */
    public double accuracy() {
        return matrix.accuracy();
    }

    /** Loss, accuracies, a line for each class, averages, and the confusion matrix; of more than 20 classes its largest errors. */
    public String text() {
        StringBuilder out = new StringBuilder();
        line(out, "examples %,d   loss %.4f   accuracy %.4f   top-%d accuracy %.4f%n", matrix.total(), loss, accuracy(), k, topK);
        line(out, "%n%-" + width() + "s %9s %9s %9s %9s%n", "class", "precision", "recall", "f1", "examples");
        for (int c = 0; c < names.size(); c++) score(out, name(c), matrix.score(c));
        score(out, "macro average", matrix.macro());
        score(out, "micro average", matrix.micro());
        out.append(System.lineSeparator());
        if (names.size() <= MOST_COLUMNS) table(out);
        else confusions(out);
        return out.toString();
    }

    private void score(StringBuilder out, String name, Score s) {
        line(out, "%-" + width() + "s %9.4f %9.4f %9.4f %,9d%n", name, s.precision(), s.recall(), s.f1(), s.support());
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

    /** The same as a JSON object; {@code confusion[i][j]} counts examples of class i taken for class j. */
    public String json() {
        ObjectNode root = JSON.createObjectNode()
                .put("examples", matrix.total())
                .put("loss", loss)
                .put("accuracy", accuracy())
                .put("k", k)
                .put("topKAccuracy", topK);
        put(root.putObject("macro"), matrix.macro());
        put(root.putObject("micro"), matrix.micro());
        ArrayNode classes = root.putArray("classes");
        ArrayNode confusion = root.putArray("confusion");
        for (int c = 0; c < names.size(); c++) {
            put(classes.addObject().put("name", names.get(c)), matrix.score(c));
            ArrayNode row = confusion.addArray();
            for (int p = 0; p < names.size(); p++) row.add(matrix.count(c, p));
        }
        return root.toPrettyString();
    }

    private static void put(ObjectNode node, Score s) {
        node.put("precision", s.precision()).put("recall", s.recall()).put("f1", s.f1()).put("examples", s.support());
    }
}
