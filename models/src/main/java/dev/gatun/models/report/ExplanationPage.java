package dev.gatun.models.report;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ir.GraphText;
import dev.gatun.graph.ir.Node;
import dev.gatun.graph.passes.Pipeline;
import dev.gatun.graph.plan.ExecutionPlan;
import dev.gatun.graph.plan.PlanText;
import dev.gatun.graph.plan.StepCost;
import dev.gatun.graph.schedule.Buffer;
import dev.gatun.graph.schedule.Call;
import dev.gatun.graph.schedule.Step;
import dev.gatun.graph.schedule.StepAccess;
import dev.gatun.runtime.Ceilings;
import dev.gatun.runtime.CompilePhase;
import dev.gatun.runtime.Explanation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What the compiler made of a graph, drawn: what each pass changed, which loop computes which node, what each step costs
 * against the machine's roofline, who computes it and why, where memory lies over time, and the code of each loop.
 */
public final class ExplanationPage {
    private static final int MOST_CHANGES = 200;
    private static final int MOST_NODES = 4_000;
    private static final int MOST_HOLDERS = 15;
    private static final int MOST_BOXES = 1_000;
    private static final Pattern NUMBERS = Pattern.compile("%\\d+");

    private final Pipeline.Stage traced;
    private final Explanation explanation;
    private final Ceilings ceilings;
    private final ExecutionPlan plan;

    private ExplanationPage(Pipeline.Stage traced, Explanation explanation, Ceilings ceilings) {
        this.traced = traced;
        this.explanation = explanation;
        this.ceilings = ceilings;
        plan = explanation.plan();
    }

    /**
     * Draws the page.
     *
     * @param title of the page
     * @param banner what the compiler says of itself
     * @param traced the graph as it was traced, and how long that took
     * @param ceilings what the machine can do at most
     * @return HTML
     */
    public static String html(String title, String banner, Pipeline.Stage traced, Explanation explanation, Ceilings ceilings) {
        ExplanationPage p = new ExplanationPage(traced, explanation, ceilings);
        return new HtmlPage(title, banner)
                .section("overview", "Overview", p.overview())
                .section("passes", "Passes", p.passes())
                .section("drawing", "Steps as a graph", p.drawing())
                .section("graph", "Graph and fused groups", p.graph())
                .section("roofline", "Roofline", p.roofline())
                .section("steps", "Steps", p.steps())
                .section("memory", "Memory over time", p.memory())
                .toString();
    }

    private static String f(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }

    private static String e(String text) {
        return HtmlPage.escape(text);
    }

    private double seconds(Step s) {
        StepCost c = StepCost.of(s);
        return ceilings.seconds(c.flops(), c.bytes());
    }

    private String overview() {
        StepCost all = plan.steps().stream().map(StepCost::of).reduce(StepCost.NONE, StepCost::plus);
        long calls = plan.steps().stream().filter(s -> s instanceof Call).count();
        double least = plan.steps().stream().mapToDouble(this::seconds).sum();
        StringBuilder out = new StringBuilder("<table><tbody>");
        row(out, "function", e(plan.name()));
        row(out, "nodes", f("%,d traced, %,d after all passes", traced.graph().nodes().size(), last().nodes().size()));
        row(out, "steps", f("%,d: %,d fused loops and %,d calls", plan.steps().size(), plan.steps().size() - calls, calls));
        row(out, "work", f("%.3f GFLOP, %.3f GB read and written", all.flops() / 1e9, all.bytes() / 1e9));
        row(out, "at the roofline", f("%.3f ms with %d threads: %.1f GFLOP/s, copy %.1f GB/s, triad %.1f GB/s", 1e3 * least, ceilings.threads(),
                ceilings.gflops(), ceilings.copyGbs(), ceilings.triadGbs()));
        row(out, "arena", MemoryMap.mebibytes(plan.arenaBytes()));
        double ms = traced.nanos() / 1e6 + explanation.phases().stream().mapToLong(CompilePhase::nanos).sum() / 1e6;
        row(out, "compiled in", f("%.0f ms", ms));
        return out.append("</tbody></table>").toString();
    }

    private static void row(StringBuilder out, String name, String html) {
        out.append(HtmlPage.row(name, html));
    }

    private Graph last() {
        return explanation.stages().getLast().graph();
    }

    private String passes() {
        StringBuilder out = new StringBuilder("<table><thead><tr><th>pass</th><th class=\"n\">nodes</th><th class=\"n\">ms</th><th>what changed</th></tr></thead><tbody>\n");
        List<Pipeline.Stage> stages = new ArrayList<>(List.of(traced));
        stages.addAll(explanation.stages());
        for (int i = 0; i < stages.size(); i++) {
            Pipeline.Stage s = stages.get(i);
            out.append(f("<tr><td>%s</td><td class=\"n\">%,d</td><td class=\"n\">%.1f</td><td>%s</td></tr>%n", e(s.name()), s.graph().nodes().size(),
                    s.nanos() / 1e6, i == 0 ? "" : changes(stages.get(i - 1).graph(), s.graph())));
        }
        for (CompilePhase p : explanation.phases()) {
            if (explanation.stages().stream().anyMatch(s -> s.name().equals(p.name()))) continue;
            out.append(f("<tr><td>%s</td><td></td><td class=\"n\">%.1f</td><td></td></tr>%n", e(p.name()), p.nanos() / 1e6));
        }
        return out.append("</tbody></table>").toString();
    }

    /** Ops that came and went, and their nodes; numbers of values do not count, since passes number anew. */
    private static String changes(Graph before, Graph after) {
        Map<String, Integer> balance = new HashMap<>();
        before.nodes().forEach(n -> balance.merge(plain(n), -1, Integer::sum));
        after.nodes().forEach(n -> balance.merge(plain(n), 1, Integer::sum));
        Map<String, int[]> ops = new TreeMap<>();
        count(before, ops, 0);
        count(after, ops, 1);
        StringBuilder summary = new StringBuilder();
        ops.forEach((op, n) -> {
            if (n[0] != n[1]) summary.append(f("<span class=\"%s\">%s %+d</span> ", n[1] > n[0] ? "add" : "cut", e(op), n[1] - n[0]));
        });
        List<String> lines = new ArrayList<>();
        for (Node n : before.nodes()) differs(lines, balance, n, -1);
        for (Node n : after.nodes()) differs(lines, balance, n, 1);
        if (lines.isEmpty()) return "<span class=\"soft\">nothing</span>";
        int more = Math.max(0, lines.size() - MOST_CHANGES);
        String shown = String.join("\n", lines.subList(0, lines.size() - more)) + (more > 0 ? f("%n... and %,d lines more", more) : "");
        String head = summary.isEmpty() ? "operands only" : summary.toString();
        return HtmlPage.details(head, "<pre>" + shown + "</pre>");
    }

    private static void count(Graph graph, Map<String, int[]> ops, int side) {
        for (Node n : graph.nodes()) ops.computeIfAbsent(n.op().name(), k -> new int[2])[side]++;
    }

    private static String plain(Node n) {
        return NUMBERS.matcher(GraphText.print(n)).replaceAll("%");
    }

    private static void differs(List<String> lines, Map<String, Integer> balance, Node n, int side) {
        String key = plain(n);
        int open = balance.get(key);
        if (Integer.signum(open) != side) return;
        balance.put(key, open - side);
        lines.add(f("<span class=\"%s\">%s %s</span>", side > 0 ? "add" : "cut", side > 0 ? "+" : "-", e(GraphText.print(n))));
    }

    private String drawing() {
        if (plan.steps().size() > MOST_BOXES) {
            return f("<p class=\"lead\">%,d steps are too many to draw, %,d are the most.</p>", plan.steps().size(), MOST_BOXES);
        }
        return "<p class=\"lead\">A box is a step: square ones are calls, round ones fused loops. A curve is a buffer that a later step reads, thicker "
                + "the more bytes it has; what waits for long is faint. A box leads to its row below.</p>\n<div class=\"wide\">" + StepGraph.svg(plan) + "</div>";
    }

    private String graph() {
        List<Set<Integer>> steps = NodeSteps.of(last(), plan);
        StringBuilder out = new StringBuilder("<p class=\"lead\">Nodes of one colour are computed by one step. The last column is the line of code that they come from.</p>\n");
        out.append(HtmlPage.filter("nodes")).append("<table id=\"nodes\"><thead><tr><th>step</th><th>node</th><th>source</th></tr></thead><tbody>\n");
        int shown = Math.min(MOST_NODES, steps.size());
        for (int i = 0; i < shown; i++) {
            Node n = last().nodes().get(i);
            String text = GraphText.print(n);
            out.append("<tr><td>").append(links(steps.get(i))).append("</td><td><code>").append(e(text.substring(0, text.lastIndexOf(" @ ")))).append("</code></td><td>")
                    .append(e(n.source())).append("</td></tr>\n");
        }
        out.append("</tbody></table>");
        if (shown < steps.size()) out.append(f("<p class=\"soft\">... and %,d nodes more</p>", steps.size() - shown));
        return out.toString();
    }

    /** The first of the steps that compute a node, and how many compute it again. */
    private static String links(Set<Integer> steps) {
        if (steps.isEmpty()) return "";
        int first = steps.iterator().next();
        String more = steps.size() == 1 ? "" : f(" <span class=\"soft\" title=\"computed in steps %s\">+%d</span>",
                steps.stream().map(String::valueOf).collect(Collectors.joining(", ")), steps.size() - 1);
        return f("<a href=\"#step%d\"><span class=\"chip\" style=\"background:%s\"></span>%d</a>%s", first, HtmlPage.colour(first), first, more);
    }

    private String roofline() {
        List<Rooflines.Point> points = new ArrayList<>();
        for (int i = 0; i < plan.steps().size(); i++) {
            Step s = plan.steps().get(i);
            StepCost c = StepCost.of(s);
            double least = seconds(s);
            String name = f("step %d: %s, %.3f ms at least (%s)", i, s.label(), 1e3 * least, s.source());
            points.add(new Rooflines.Point(name, c.intensity(), least == 0 ? 0 : c.flops() / least / 1e9, least,
                    s instanceof Call ? "#2563eb" : "#ea580c", "#step" + i));
        }
        return "<p class=\"lead\">Each circle is a step where it could be at best: blue ones are calls, orange ones fused loops; "
                + "its area is the time that the step takes at least.</p>\n" + Rooflines.svg(ceilings.gflops(), ceilings.gbs(), points);
    }

    private String steps() {
        StringBuilder out = new StringBuilder(HtmlPage.filter("plan"));
        out.append("<table id=\"plan\"><thead><tr><th>step</th><th>what</th><th class=\"n\">MFLOP</th><th class=\"n\">MB</th><th class=\"n\">FLOP/B</th>"
                + "<th class=\"n\">ms at least</th><th>bound by</th><th>computed by</th><th>source</th></tr></thead><tbody>\n");
        Map<String, Integer> listed = new LinkedHashMap<>();
        for (int i = 0; i < plan.steps().size(); i++) {
            Step s = plan.steps().get(i);
            StepCost c = StepCost.of(s);
            Explanation.Lowering how = explanation.steps().get(i);
            StringBuilder inside = new StringBuilder("<pre>").append(e(PlanText.step(s).stripTrailing())).append("</pre>");
            if (!how.listing().isEmpty()) {
                Integer first = listed.putIfAbsent(how.listing(), i);
                inside.append(first == null ? HtmlPage.details("generated code", "<pre>" + e(how.listing()) + "</pre>")
                        : f("<p>code as of <a href=\"#step%d\">step %d</a></p>", first, first));
            }
            String choice = !how.choice().isEmpty() ? e(how.choice()) : s instanceof Call ? "" : "generated loop";
            boolean compute = c.flops() / ceilings.gflops() > c.bytes() / ceilings.gbs();
            out.append(f("<tr id=\"step%d\"><td><span class=\"chip\" style=\"background:%s\"></span>%d</td><td>%s</td><td class=\"n\">%.3f</td>"
                    + "<td class=\"n\">%.3f</td><td class=\"n\">%.2f</td><td class=\"n\">%.4f</td><td>%s</td><td>%s</td><td>%s</td></tr>%n", i, HtmlPage.colour(i), i,
                    HtmlPage.details(e(s.label()), inside.toString()), c.flops() / 1e6, c.bytes() / 1e6, c.intensity(), 1e3 * seconds(s),
                    compute ? "arithmetic" : "memory", choice, e(s.source())));
        }
        return out.append("</tbody></table>").toString();
    }

    /** First and last step that touch each buffer; those that callers know of live all the time. */
    private List<MemoryMap.Use> uses() {
        int count = plan.steps().size();
        int[] first = new int[plan.buffers().size()];
        int[] last = new int[first.length];
        Arrays.fill(first, -1);
        for (int i = 0; i < count; i++) {
            Set<Integer> touched = new HashSet<>(StepAccess.read(plan.steps().get(i)));
            touched.addAll(StepAccess.written(plan.steps().get(i)));
            for (int b : touched) {
                if (first[b] < 0) first[b] = i;
                last[b] = i;
            }
        }
        List<MemoryMap.Use> uses = new ArrayList<>();
        for (Buffer b : plan.buffers()) {
            boolean stays = b.kind() != Buffer.Kind.TEMPORARY;
            if (!stays && first[b.id()] < 0) continue;
            String colour = switch (b.kind()) {
                case STATE -> "#64748b";
                case DATA -> "#0891b2";
                case RESULT -> "#16a34a";
                case TEMPORARY -> HtmlPage.colour(first[b.id()]);
            };
            uses.add(new MemoryMap.Use(b.kind().name().toLowerCase(Locale.ROOT) + " " + b.name(), plan.offset(b.id()), b.bytes(),
                    stays ? 0 : first[b.id()], stays ? Math.max(0, count - 1) : last[b.id()], colour));
        }
        return uses;
    }

    /** The step that makes a temporary, which is the first to touch it. */
    private String made(MemoryMap.Use use) {
        if (plan.steps().isEmpty() || !use.name().startsWith("temporary")) return "";
        Step maker = plan.steps().get(use.first());
        return f("%s <span class=\"soft\">%s</span>", e(maker.label()), e(maker.source()));
    }

    private String memory() {
        List<MemoryMap.Use> uses = uses();
        long[] held = new long[Math.max(1, plan.steps().size())];
        for (MemoryMap.Use u : uses) {
            for (int i = u.first(); i <= u.last(); i++) held[i] += u.bytes();
        }
        int peak = 0;
        for (int i = 0; i < held.length; i++) peak = held[i] > held[peak] ? i : peak;
        int at = peak;
        StringBuilder out = new StringBuilder(f("<p class=\"lead\">Most is in use at step %d: %s of an arena of %s. State is grey, data blue, results green.</p>%n",
                peak, MemoryMap.mebibytes(held[peak]), MemoryMap.mebibytes(plan.arenaBytes())));
        out.append(MemoryMap.svg(plan.arenaBytes(), plan.steps().size(), peak, uses));
        out.append("\n<h3>What holds the peak</h3>\n<table><thead><tr><th>buffer</th><th>made by</th><th class=\"n\">size</th><th class=\"n\">steps</th><th class=\"n\">address</th></tr></thead><tbody>\n");
        uses.stream().filter(u -> u.first() <= at && at <= u.last()).sorted(Comparator.comparingLong(MemoryMap.Use::bytes).reversed()).limit(MOST_HOLDERS)
                .forEach(u -> out.append(f("<tr><td>%s</td><td>%s</td><td class=\"n\">%s</td><td class=\"n\"><a href=\"#step%d\">%d</a> to <a href=\"#step%d\">%d</a></td>"
                        + "<td class=\"n\">%,d</td></tr>%n", e(u.name()), made(u), MemoryMap.mebibytes(u.bytes()), u.first(), u.first(),
                        u.last(), u.last(), u.from())));
        return out.append("</tbody></table>").toString();
    }
}
