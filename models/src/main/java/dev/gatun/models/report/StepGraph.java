package dev.gatun.models.report;

import dev.gatun.graph.plan.ExecutionPlan;
import dev.gatun.graph.plan.StepCost;
import dev.gatun.graph.schedule.Buffer;
import dev.gatun.graph.schedule.Call;
import dev.gatun.graph.schedule.Step;
import dev.gatun.graph.schedule.StepAccess;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The steps of a plan as a drawn graph: a box for each step, square for a call and round for a fused loop, and a curve
 * for each buffer that a step reads from the last one that wrote it, thicker the more bytes it has. What waits for long,
 * such as activations for the backward pass, is faint.
 */
final class StepGraph {
    private static final int COLUMNS = 7;
    private static final int LETTERS = 20;
    /** Rows that a curve spans from which on it is faint. */
    private static final int FAR = 3;
    private static final double MARGIN = 8;

    private StepGraph() {}

    /** The buffers that steps hand on to later ones: one list for each layout edge, in the same order. */
    private record Handed(List<LayeredLayout.Edge> edges, List<Long> bytes) {}

    static String svg(ExecutionPlan plan) {
        List<Step> steps = plan.steps();
        Handed handed = handed(plan);
        LayeredLayout layout = new LayeredLayout(steps.size(), handed.edges, COLUMNS);
        StringBuilder out = new StringBuilder();
        out.append(f("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"%.0f %.0f %.0f %.0f\" role=\"img\" aria-label=\"steps and what they hand on\">%n",
                -MARGIN, -MARGIN, layout.width() + 2 * MARGIN, layout.height() + 2 * MARGIN));
        for (int i = 0; i < handed.edges.size(); i++) out.append(curve(layout, handed.edges.get(i), handed.bytes.get(i)));
        for (int i = 0; i < steps.size(); i++) out.append(box(layout, i, steps.get(i)));
        return out.append("</svg>").toString();
    }

    private static Handed handed(ExecutionPlan plan) {
        Handed handed = new Handed(new ArrayList<>(), new ArrayList<>());
        int[] writer = new int[plan.buffers().size()];
        Arrays.fill(writer, -1);
        for (int i = 0; i < plan.steps().size(); i++) {
            Step s = plan.steps().get(i);
            for (int b : StepAccess.read(s)) {
                Buffer buffer = plan.buffers().get(b);
                if (writer[b] < 0) continue;
                handed.edges.add(new LayeredLayout.Edge(writer[b], i));
                handed.bytes.add(buffer.bytes());
            }
            for (int b : StepAccess.written(s)) writer[b] = i;
        }
        return handed;
    }

    private static String curve(LayeredLayout layout, LayeredLayout.Edge e, long bytes) {
        double x0 = layout.x(e.from()) + LayeredLayout.WIDTH / 2;
        double y0 = layout.y(e.from()) + LayeredLayout.HEIGHT;
        double x1 = layout.x(e.to()) + LayeredLayout.WIDTH / 2;
        double y1 = layout.y(e.to());
        double middle = (y0 + y1) / 2;
        boolean far = layout.row(e.to()) - layout.row(e.from()) > FAR;
        return f("<path d=\"M%.0f %.0f C%.0f %.0f %.0f %.0f %.0f %.0f\" fill=\"none\" stroke=\"%s\" stroke-width=\"%.1f\" stroke-opacity=\"%s\"/>%n", x0, y0, x0, middle,
                x1, middle, x1, y1, HtmlPage.colour(e.from()), Math.clamp(Math.log10(1 + bytes / 256.0), 0.7, 5), far ? "0.15" : "0.7");
    }

    private static String box(LayeredLayout layout, int number, Step s) {
        StepCost c = StepCost.of(s);
        String label = number + " " + s.label();
        String shown = label.length() <= LETTERS ? label : label.substring(0, LETTERS - 1) + "\u2026";
        return f("<a href=\"#step%d\"><rect x=\"%.0f\" y=\"%.0f\" width=\"%.0f\" height=\"%.0f\" rx=\"%d\" fill=\"%s\" fill-opacity=\"0.25\" stroke=\"%s\"/>"
                + "<text x=\"%.0f\" y=\"%.0f\" text-anchor=\"middle\">%s</text><title>step %d: %s, %.3f MFLOP, %.3f MB, %s</title></a>%n", number,
                layout.x(number), layout.y(number), LayeredLayout.WIDTH, LayeredLayout.HEIGHT, s instanceof Call ? 0 : 13, HtmlPage.colour(number),
                HtmlPage.colour(number), layout.x(number) + LayeredLayout.WIDTH / 2, layout.y(number) + LayeredLayout.HEIGHT / 2 + 4, HtmlPage.escape(shown),
                number, HtmlPage.escape(s.label()), c.flops() / 1e6, c.bytes() / 1e6, HtmlPage.escape(s.source()));
    }

    private static String f(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
