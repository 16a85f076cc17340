package dev.gatun.models.chart;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Curves over steps as SVG: as a picture of its own, or as part of a page, whose style colours the classes {@code l0},
 * {@code l1} and so on and whose script may show the values, which stand in the attribute {@code data-lines}.
 */
public final class LinePlot {
    private static final int TICKS = 8;
    private static final int FEW_TICKS = 5;
    private static final List<String> COLOURS = List.of("#7aa6c2", "#c2410c");

    /** A curve with a name. */
    private record Line(String name, Curve curve, int style) {}

    /** Pixels around the curves. */
    private record Frame(int width, int height, int left, int right, int top, int bottom) {
        double x(double share) {
            return left + share * (width - left - right);
        }

        double y(double share) {
            return height - bottom - share * (height - top - bottom);
        }
    }

    private static final Frame PICTURE = new Frame(960, 540, 70, 30, 56, 60);
    private static final Frame PART = new Frame(480, 270, 54, 10, 10, 24);

    private final String title;
    private final String yName;
    private final List<Line> lines = new ArrayList<>();
    private final StringBuilder out = new StringBuilder();
    private Frame frame = PICTURE;
    private Axis x;
    private Axis y;

    /**
     * A plot without curves yet.
     *
     * @param title what it shows
     * @param yName what the vertical axis counts
     */
    public LinePlot(String title, String yName) {
        this.title = title;
        this.yName = yName;
    }

    /** Adds a curve; one without points is left out. */
    public LinePlot line(String name, Curve curve) {
        return line(name, curve, lines.size());
    }

    /**
     * Adds a curve; one without points is left out.
     *
     * @param style number of its class in a page
     */
    public LinePlot line(String name, Curve curve, int style) {
        if (curve.size() > 0) lines.add(new Line(name, curve, style));
        return this;
    }

    /** Whether there is no curve. */
    public boolean isEmpty() {
        return lines.isEmpty();
    }

    private void scale(int ticks) {
        double highestX = 1;
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (Line l : lines) {
            for (int i = 0; i < l.curve.size(); i++) {
                highestX = Math.max(highestX, l.curve.x(i));
                low = Math.min(low, l.curve.y(i));
                high = Math.max(high, l.curve.y(i));
            }
        }
        x = Axis.upTo(highestX, ticks);
        y = low > high ? Axis.around(0, 1, ticks) : Axis.around(low, high, ticks);
    }

    /** An SVG file. */
    public String picture() {
        frame = PICTURE;
        scale(TICKS);
        out.setLength(0);
        add("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"system-ui, sans-serif\" font-size=\"13\" fill=\"#1f2937\">",
                frame.width, frame.height);
        add("<title>%s</title>", escaped(title));
        add("<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>", frame.width, frame.height);
        add("<text x=\"%d\" y=\"28\" font-size=\"17\" font-weight=\"600\">%s</text>", frame.left, escaped(title));
        axes(" stroke=\"#e5e7eb\"", " stroke=\"#9ca3af\"");
        add("<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">step</text>", (frame.left + frame.width - frame.right) / 2, frame.height - 14);
        add("<text transform=\"translate(18 %d) rotate(-90)\" text-anchor=\"middle\">%s</text>", (frame.top + frame.height - frame.bottom) / 2, escaped(yName));
        for (int i = 0; i < lines.size(); i++) {
            Line l = lines.get(i);
            String colour = COLOURS.get(i % COLOURS.size());
            curve(l.curve, String.format(Locale.ROOT, "stroke=\"%s\" stroke-width=\"%.1f\" stroke-linejoin=\"round\"", colour, i == 0 ? 1.2 : 2.4));
            for (int p = 0; i > 0 && p < l.curve.size(); p++) {
                add("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>", px(l.curve.x(p)), py(l.curve.y(p)), colour);
            }
            int left = frame.width - frame.right - 190;
            int at = frame.top + 16 + 22 * i;
            add("<line x1=\"%d\" x2=\"%d\" y1=\"%d\" y2=\"%d\" stroke=\"%s\" stroke-width=\"3\"/>", left, left + 24, at - 4, at - 4, colour);
            add("<text x=\"%d\" y=\"%d\">%s, last %.4f</text>", left + 32, at, escaped(l.name), last(l.curve));
        }
        return out.append("</svg>\n").toString();
    }

    /** An SVG element for a page, without colours of its own; a reader may move through it with the arrow keys. */
    public String part() {
        frame = PART;
        scale(FEW_TICKS);
        out.setLength(0);
        add("<svg class=\"plot\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\" tabindex=\"0\" aria-label=\"%s\" "
                        + "data-box=\"%.1f %.1f %.1f %.1f\" data-x=\"%s %s\" data-y=\"%s %s\" data-lines=\"%s\">",
                frame.width, frame.height, escaped(label()), frame.x(0), frame.y(1), frame.x(1), frame.y(0), x.low(), x.high(), y.low(), y.high(),
                escaped(values()));
        axes(" class=\"grid\"", " class=\"axis\"");
        for (Line l : lines) curve(l.curve, "class=\"l" + l.style + "\"");
        return out.append("</svg>\n").toString();
    }

    /** In words: names, and how each curve goes. */
    private String label() {
        StringBuilder s = new StringBuilder(title).append(", ").append(yName);
        for (Line l : lines) {
            Curve c = l.curve;
            s.append("; ").append(l.name).append(" from ").append(Axis.text(c.y(0))).append(" at step ").append(Axis.text(c.x(0))).append(" to ")
                    .append(Axis.text(last(c))).append(" at step ").append(Axis.text(c.x(c.size() - 1)));
        }
        return s.toString();
    }

    /** {@code [{"name":"train","style":0,"x":[1,2],"y":[4.5,4.2]}]}. */
    private String values() {
        StringBuilder s = new StringBuilder("[");
        for (Line l : lines) {
            s.append(s.length() > 1 ? "," : "").append("{\"name\":\"").append(l.name.replace("\\", "\\\\").replace("\"", "\\\""))
                    .append("\",\"style\":").append(l.style).append(",\"x\":[");
            for (int i = 0; i < l.curve.size(); i++) s.append(i == 0 ? "" : ",").append(Axis.text(l.curve.x(i)));
            s.append("],\"y\":[");
            for (int i = 0; i < l.curve.size(); i++) s.append(i == 0 ? "" : ",").append(Axis.text(l.curve.y(i)));
            s.append("]}");
        }
        return s.append("]").toString();
    }

    private static double last(Curve c) {
        return c.y(c.size() - 1);
    }

    private void axes(String grid, String axis) {
        int bottom = frame.height - frame.bottom;
        for (double mark : y.marks()) {
            add("<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"%s/>", frame.left, frame.width - frame.right, py(mark), py(mark), grid);
            add("<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>", frame.left - 8, py(mark) + 4, Axis.text(mark));
        }
        for (double mark : x.marks()) {
            add("<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"%s/>", px(mark), px(mark), bottom, bottom + 5, axis);
            String anchor = frame == PART && px(mark) > frame.width - 25 ? "end" : "middle";
            add("<text x=\"%.1f\" y=\"%d\" text-anchor=\"%s\">%s</text>", px(mark), bottom + 20, anchor, Axis.text(mark));
        }
        add("<path d=\"M%d %dV%dH%d\" fill=\"none\"%s/>", frame.left, frame.top, bottom, frame.width - frame.right, axis);
    }

    private void curve(Curve c, String style) {
        StringBuilder points = new StringBuilder();
        for (int i = 0; i < c.size(); i++) points.append(String.format(Locale.ROOT, "%s%.1f,%.1f", i == 0 ? "" : " ", px(c.x(i)), py(c.y(i))));
        add("<polyline points=\"%s\" fill=\"none\" %s/>", points, style);
    }

    private double px(double value) {
        return frame.x(x.share(value));
    }

    private double py(double value) {
        return frame.y(y.share(value));
    }

    private static String escaped(String text) {
        StringBuilder s = new StringBuilder();
        text.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> s.append("&amp;");
                case '<' -> s.append("&lt;");
                case '>' -> s.append("&gt;");
                case '"' -> s.append("&quot;");
                default -> s.appendCodePoint(c < 0x20 || c == 0xFFFE || c == 0xFFFF || c >= 0xD800 && c < 0xE000 ? ' ' : c);
            }
        });
        return s.toString();
    }

    private void add(String format, Object... values) {
        out.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
