package dev.gatun.models.report;

import dev.gatun.models.metrics.ClassificationReport;
import dev.gatun.models.metrics.ConfusionMatrix;
import dev.gatun.models.metrics.Score;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** What a validation found of a classifier: a table of its classes, and the confusion matrix or, of many classes, its largest errors. */
final class ClassTables {
    private static final int MOST_COLUMNS = 40;
    private static final int MOST_CONFUSIONS = 40;

    private final ClassificationReport report;
    private final ConfusionMatrix matrix;
    private final StringBuilder out = new StringBuilder();

    /** Examples of a class that were taken for another. */
    private record Confusion(int label, int predicted, long count) {}

    private ClassTables(ClassificationReport report) {
        this.report = report;
        matrix = report.matrix();
    }

    static String html(long step, ClassificationReport report) {
        ClassTables t = new ClassTables(report);
        t.add("<p class=\"lead\">Validation of step %,d: %,d examples, accuracy %.4f, top-%d accuracy %.4f.</p>", step, t.matrix.total(), report.accuracy(),
                report.k(), report.topK());
        List<Confusion> confusions = t.confusions();
        if (report.names().size() <= MOST_COLUMNS) t.matrix();
        else t.largest(confusions);
        t.scores(confusions);
        return t.out.toString();
    }

    /** By class, then how often. */
    private List<Confusion> confusions() {
        List<Confusion> all = new ArrayList<>();
        for (int l = 0; l < matrix.classes(); l++) {
            for (int p = 0; p < matrix.classes(); p++) if (l != p && matrix.count(l, p) > 0) all.add(new Confusion(l, p, matrix.count(l, p)));
        }
        all.sort(Comparator.comparingLong(Confusion::count).reversed());
        return all;
    }

    private String name(int c) {
        return HtmlPage.escape(report.names().get(c));
    }

    private void matrix() {
        add("<h3 id=\"matrix\">Confusion matrix</h3>\n<p class=\"soft\">Rows are classes, columns what they were taken for.</p>");
        out.append("<div class=\"wide\"><table class=\"matrix\" aria-labelledby=\"matrix\"><thead><tr><td></td>");
        for (int p = 0; p < matrix.classes(); p++) out.append("<th scope=\"col\">").append(name(p)).append("</th>");
        out.append("</tr></thead><tbody>\n");
        for (int l = 0; l < matrix.classes(); l++) {
            out.append("<tr><th scope=\"row\">").append(name(l)).append("</th>");
            long support = matrix.support(l);
            for (int p = 0; p < matrix.classes(); p++) {
                long n = matrix.count(l, p);
                out.append(String.format(Locale.ROOT, "<td%s style=\"--s:%.3f\" title=\"%,d of %,d %s taken for %s\">%s</td>", l == p ? " class=\"hit\"" : "",
                        support == 0 ? 0 : Math.sqrt((double) n / support), n, support, name(l), name(p), n == 0 ? "" : String.format(Locale.ROOT, "%,d", n)));
            }
            out.append("</tr>\n");
        }
        out.append("</tbody></table></div>\n");
    }

    private void largest(List<Confusion> confusions) {
        add("<h3>Most frequent confusions</h3>\n<table><thead><tr><th scope=\"col\" class=\"n\">examples</th><th scope=\"col\">of class</th>"
                + "<th scope=\"col\">taken for</th></tr></thead><tbody>");
        for (Confusion c : confusions.subList(0, Math.min(MOST_CONFUSIONS, confusions.size()))) {
            add("<tr><td class=\"n\">%,d</td><td>%s</td><td>%s</td></tr>", c.count, name(c.label), name(c.predicted));
        }
        add("</tbody></table>");
    }

    private void scores(List<Confusion> confusions) {
        add("<h3>Each class</h3>\n%s<div class=\"wide\"><table id=\"scores\"><thead><tr><th scope=\"col\">class</th><th scope=\"col\" class=\"n\">precision</th>"
                + "<th scope=\"col\" class=\"n\">recall</th><th scope=\"col\" class=\"n\">F1</th><th scope=\"col\" class=\"n\">examples</th>"
                + "<th scope=\"col\">most often taken for</th></tr></thead><tbody>", HtmlPage.filter("scores"));
        for (int c = 0; c < matrix.classes(); c++) {
            int label = c;
            String error = confusions.stream().filter(x -> x.label == label).findFirst()
                    .map(x -> String.format(Locale.ROOT, "%s (%,d)", name(x.predicted), x.count)).orElse("");
            score(name(c), matrix.score(c), error);
        }
        score("<em>macro average</em>", matrix.macro(), "");
        score("<em>micro average</em>", matrix.micro(), "");
        add("</tbody></table></div>");
    }

    private void score(String name, Score s, String error) {
        add("<tr><th scope=\"row\">%s</th><td class=\"n\">%.4f</td><td class=\"n\">%.4f</td><td class=\"n\">%.4f</td><td class=\"n\">%,d</td><td>%s</td></tr>",
                name, s.precision(), s.recall(), s.f1(), s.support(), error);
    }

    private void add(String format, Object... values) {
        out.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
