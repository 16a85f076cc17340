package dev.gatun.models.report;

import dev.gatun.models.chart.Curve;
import dev.gatun.models.chart.LinePlot;
import dev.gatun.models.train.ConfigFields;
import dev.gatun.models.train.Note;
import dev.gatun.models.train.RunHistory;
import dev.gatun.models.train.Validation;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * How a training run goes or went, drawn: losses, learning rate, gradients' norm and speed over steps, what the model
 * writes or which classes it takes for which, with what configuration and on what machine; other runs beside it.
 */
public final class RunPage {
    /** Runs beside the one that is shown, at most. */
    public static final int MOST_OTHERS = 3;

    private static final int RAW = 0;
    private static final int SMOOTH = 1;
    private static final int CHECKED = 2;
    private static final int MOST_SAMPLES = 20;
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);

    private final RunHistory run;
    private final List<RunHistory> others;

    private RunPage(RunHistory run, List<RunHistory> others) {
        if (others.size() > MOST_OTHERS) throw new IllegalArgumentException("at most " + MOST_OTHERS + " other runs are shown, got " + others.size());
        this.run = run;
        this.others = others;
    }

    /**
     * Draws the page.
     *
     * @param run shown in full
     * @param others whose curves, results and settings are shown beside it, {@link #MOST_OTHERS} at most
     * @return HTML
     */
    public static String html(RunHistory run, List<RunHistory> others) {
        RunPage p = new RunPage(run, List.copyOf(others));
        HtmlPage page = new HtmlPage("gatun run " + p.name(run), p.lead());
        page.section("summary", "Summary", p.summary());
        if (!others.isEmpty()) page.section("runs", "Runs", p.runs());
        page.section("curves", "Curves", p.curves());
        if (!run.notes(Note.Sample.class).isEmpty()) page.section("samples", "Samples", p.samples());
        List<Note.Classes> classes = run.notes(Note.Classes.class);
        if (!classes.isEmpty()) page.section("classes", "Classes", ClassTables.html(classes.getLast().step(), classes.getLast().report()));
        page.section("values", "Values", HtmlPage.details("some steps", p.values()));
        return page.section("configuration", "Configuration", p.configuration()).section("machine", "Machine and time", p.machine()).toString();
    }

    private static String f(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }

    private static String e(String text) {
        return HtmlPage.escape(text);
    }

    private String name(RunHistory r) {
        return String.valueOf(r.folder().path().toAbsolutePath().normalize().getFileName());
    }

    private String lead() {
        ConfigFields training = run.config().object("training");
        return run.config().object("model").text("kind") + " trained on " + training.shown("data") + f(", step %,d of %s", run.step(), training.shown("steps"));
    }

    private static void fact(StringBuilder out, String name, String value, String more) {
        out.append("<div><dt>").append(e(name)).append("</dt><dd>").append(e(value)).append(more.isEmpty() ? "" : "<small>" + e(more) + "</small>")
                .append("</dd></div>\n");
    }

    private String summary() {
        StringBuilder out = new StringBuilder("<dl class=\"facts\">\n");
        if (run.bestStep() > 0) fact(out, "best validation loss", f("%.4f", run.bestValidation()), f("at step %,d", run.bestStep()));
        if (run.unit().equals("token") && run.bestStep() > 0) fact(out, "perplexity", f("%.3f", Math.exp(run.bestValidation())), "of the best validation loss, per token");
        measured().forEach(m -> fact(out, m, f("%.4f", run.last("validation_" + m)), "at the last validation"));
        fact(out, "last training loss", f("%.4f", run.last("train_loss")), f("step %,d", run.step()));
        fact(out, "time", duration(run.last("seconds")), "");
        fact(out, "speed", f("%,.0f", speed(run)), run.unit() + "s per second, median");
        Note.Energy energy = run.energy();
        fact(out, "energy", energyText(run), Double.isNaN(energy.joules()) ? energy.reason() : f("%,.0f J in all, whole processor packages", energy.joules()));
        return out.append("</dl>").toString();
    }

    /** What validation measures besides the loss. */
    private List<String> measured() {
        return run.columns().stream().filter(c -> c.startsWith("validation_")).map(c -> c.substring("validation_".length()))
                .filter(m -> !m.equals(Validation.LOSS)).toList();
    }

    /** Median over the run, in units a second. */
    private static double speed(RunHistory r) {
        Curve c = r.curve(r.unit() + "s_per_second");
        double[] all = IntStream.range(0, c.size()).mapToDouble(c::y).sorted().toArray();
        return all.length == 0 ? Double.NaN : all[all.length / 2];
    }

    /** Energy a unit, in the unit of joules that makes the number readable. */
    private static String energyText(RunHistory r) {
        Note.Energy energy = r.energy();
        if (Double.isNaN(energy.joules()) || energy.units() == 0) return "not available";
        return EnergyText.each(energy.joules() / energy.units(), r.unit());
    }

    static String duration(double seconds) {
        long s = Math.round(seconds);
        return s < 60 ? f("%.1f s", seconds) : s < 3600 ? f("%d min %02d s", s / 60, s % 60) : f("%d h %02d min", s / 3600, s / 60 % 60);
    }

    private String runs() {
        StringBuilder out = new StringBuilder("<div class=\"wide\"><table><thead><tr><th scope=\"col\">run</th><th scope=\"col\" class=\"n\">steps</th>"
                + "<th scope=\"col\" class=\"n\">best validation loss</th><th scope=\"col\" class=\"n\">at step</th><th scope=\"col\" class=\"n\">last training loss</th>"
                + "<th scope=\"col\" class=\"n\">time</th><th scope=\"col\" class=\"n\">speed</th><th scope=\"col\" class=\"n\">energy</th></tr></thead><tbody>\n");
        for (RunHistory r : all()) {
            out.append(f("<tr><th scope=\"row\">%s</th><td class=\"n\">%,d</td><td class=\"n\">%.4f</td><td class=\"n\">%,d</td><td class=\"n\">%.4f</td>"
                            + "<td class=\"n\">%s</td><td class=\"n\">%,.0f %ss/s</td><td class=\"n\">%s</td></tr>%n", e(name(r)), r.step(), r.bestValidation(),
                    r.bestStep(), r.last("train_loss"), duration(r.last("seconds")), speed(r), e(r.unit()), e(energyText(r))));
        }
        return out.append("</tbody></table></div>").toString();
    }

    private List<RunHistory> all() {
        List<RunHistory> all = new ArrayList<>(List.of(run));
        all.addAll(others);
        return all;
    }

    private String curves() {
        StringBuilder out = new StringBuilder("<p class=\"lead\">Point at a curve, or move through it with the arrow keys, for its values.</p>\n<div class=\"plots\">\n");
        Map<String, Integer> legend = new LinkedHashMap<>();
        LinePlot loss = new LinePlot("loss", "nats per " + run.unit());
        Curve train = run.curve("train_loss");
        add(loss, legend, "train", train, RAW);
        add(loss, legend, "train, smoothed", train.smoothed(), SMOOTH);
        add(loss, legend, "validation", run.curve("validation_loss"), CHECKED);
        for (int i = 0; i < others.size(); i++) {
            add(loss, legend, name(others.get(i)) + ", smoothed", others.get(i).curve("train_loss").smoothed(), CHECKED + 1 + 2 * i);
            add(loss, legend, name(others.get(i)) + ", validation", others.get(i).curve("validation_loss"), CHECKED + 2 + 2 * i);
        }
        figure(out, "Loss", loss, legend);
        measured().forEach(m -> plot(out, "Validation " + m, "", "validation_" + m, CHECKED));
        plot(out, "Learning rate", "", "learning_rate", SMOOTH);
        plot(out, "Gradient norm", "before clipping", "gradient_norm", SMOOTH);
        plot(out, "Throughput", run.unit() + "s per second", run.unit() + "s_per_second", SMOOTH);
        return out.append("</div>").toString();
    }

    private static void add(LinePlot plot, Map<String, Integer> legend, String name, Curve curve, int style) {
        if (curve.size() == 0) return;
        plot.line(name, curve, style);
        legend.put(name, style);
    }

    private void plot(StringBuilder out, String title, String unit, String column, int style) {
        Map<String, Integer> legend = new LinkedHashMap<>();
        LinePlot plot = new LinePlot(title, unit);
        add(plot, legend, others.isEmpty() ? title.toLowerCase(Locale.ROOT) : name(run), run.curve(column), style);
        for (int i = 0; i < others.size(); i++) add(plot, legend, name(others.get(i)), others.get(i).curve(column), CHECKED + 2 + 2 * i);
        figure(out, unit.isEmpty() ? title : title + ", " + unit, plot, others.isEmpty() ? Map.of() : legend);
    }

    private static void figure(StringBuilder out, String title, LinePlot plot, Map<String, Integer> legend) {
        if (plot.isEmpty()) return;
        out.append("<figure><figcaption>").append(e(title));
        legend.forEach((name, style) -> out.append("<small><span class=\"key l").append(style).append("\"></span>").append(e(name)).append("</small>\n"));
        out.append("</figcaption>\n").append(plot.part()).append("<p class=\"read\" aria-live=\"polite\"></p></figure>\n");
    }

    private String values() {
        StringBuilder out = new StringBuilder("<div class=\"wide\"><table><thead><tr>");
        run.columns().forEach(c -> out.append("<th scope=\"col\" class=\"n\">").append(e(c.replace('_', ' '))).append("</th>"));
        out.append("</tr></thead><tbody>\n");
        for (double[] row : run.rows()) {
            out.append("<tr>");
            for (int i = 0; i < row.length; i++) {
                String text = Double.isNaN(row[i]) ? "" : i == 0 ? f("%,d", (long) row[i]) : f("%.5g", row[i]);
                out.append("<td class=\"n\">").append(text).append("</td>");
            }
            out.append("</tr>\n");
        }
        return out.append("</tbody></table></div>\n<p class=\"soft\">All steps are in metrics.csv.</p>").toString();
    }

    private String samples() {
        List<Note.Sample> all = run.notes(Note.Sample.class);
        StringBuilder out = new StringBuilder("<p class=\"lead\">What the model writes, the latest first.</p>\n");
        for (int i = all.size() - 1; i >= Math.max(0, all.size() - MOST_SAMPLES); i--) {
            out.append("<details").append(i == all.size() - 1 ? " open" : "").append("><summary>").append(f("step %,d", all.get(i).step()))
                    .append("</summary><pre class=\"sample\">").append(e(all.get(i).text())).append("</pre></details>\n");
        }
        return out.toString();
    }

    private String configuration() {
        List<Map<String, String>> settings = all().stream().map(r -> settings(r.config())).toList();
        StringBuilder out = new StringBuilder("<div class=\"wide\"><table>");
        if (!others.isEmpty()) {
            out.append("<thead><tr><th scope=\"col\">setting</th>");
            all().forEach(r -> out.append("<th scope=\"col\">").append(e(name(r))).append("</th>"));
            out.append("</tr></thead>");
        }
        out.append("<tbody>\n");
        Map<String, String> names = new LinkedHashMap<>();
        settings.forEach(names::putAll);
        for (String name : names.keySet()) {
            boolean differ = settings.stream().map(s -> s.getOrDefault(name, "")).distinct().count() > 1;
            String open = differ ? "<strong>" : "";
            String close = differ ? "</strong>" : "";
            out.append(HtmlPage.row(name, settings.stream().map(s -> open + e(s.getOrDefault(name, "")) + close).collect(Collectors.joining("</td><td>"))));
        }
        return out.append("</tbody></table></div>").toString();
    }

    private static Map<String, String> settings(ConfigFields config) {
        Map<String, String> settings = new LinkedHashMap<>();
        for (String part : List.of("model", "training")) {
            ConfigFields fields = config.object(part);
            fields.names().forEach(n -> settings.put(part + "." + n, fields.shown(n)));
        }
        if (config.has("arguments")) settings.put("arguments", String.join(" ", config.texts("arguments")));
        return settings;
    }

    private String machine() {
        StringBuilder out = new StringBuilder("<table><tbody>\n");
        List<Note.Start> starts = run.notes(Note.Start.class);
        for (Note.Start s : starts) out.append(HtmlPage.row(s.step() == 0 ? "started" : f("resumed at step %,d", s.step()), time(s.time())));
        for (Note.End n : run.notes(Note.End.class)) {
            out.append(HtmlPage.row(f("%s at step %,d", n.ending().name().toLowerCase(Locale.ROOT).replace('_', ' '), n.step()), time(n.time())));
        }
        out.append(HtmlPage.row("training took", duration(run.last("seconds")) + ", validation included"));
        out.append(HtmlPage.row("energy", e(energyText(run) + (Double.isNaN(run.energy().joules()) ? ": " + run.energy().reason() : ""))));
        if (!starts.isEmpty()) starts.getLast().machine().forEach((name, value) -> out.append(HtmlPage.row(name, e(value))));
        return out.append("</tbody></table>").toString();
    }

    private static String time(Instant t) {
        return TIME.format(t.atZone(ZoneId.systemDefault()));
    }
}
