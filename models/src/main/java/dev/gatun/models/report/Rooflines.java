package dev.gatun.models.report;

import java.util.List;
import java.util.Locale;

/** The roofline of a machine with work on it, both axes logarithmic, as SVG (Williams, Waterman and Patterson, 2009). */
public final class Rooflines {
    private static final int WIDTH = 960;
    private static final int HEIGHT = 420;
    private static final int LEFT = 70;
    private static final int RIGHT = 20;
    private static final int TOP = 20;
    private static final int BOTTOM = 50;
    private static final double MOST_RADIUS = 22;
    private static final double LEAST_RADIUS = 3;

    private final double lowX;
    private final double highX;
    private final double lowY;
    private final double highY;

    /**
     * A piece of work.
     *
     * @param name for the tooltip
     * @param intensity operations a byte
     * @param gflops 10^9 operations a second
     * @param weight its area is proportional to it
     * @param colour of CSS
     * @param link where a click leads
     */
    public record Point(String name, double intensity, double gflops, double weight, String colour, String link) {}

    private Rooflines(double lowX, double highX, double lowY, double highY) {
        this.lowX = lowX;
        this.highX = highX;
        this.lowY = lowY;
        this.highY = highY;
    }

    /**
     * The picture.
     *
     * @param peak 10^9 operations a second
     * @param bandwidth 10^9 bytes a second
     * @param points those without operations or bytes are left out
     */
    public static String svg(double peak, double bandwidth, List<Point> points) {
        List<Point> drawn = points.stream().filter(p -> p.intensity > 0 && p.gflops > 0).toList();
        double least = drawn.stream().mapToDouble(Point::intensity).min().orElse(0.1);
        double most = drawn.stream().mapToDouble(Point::intensity).max().orElse(100);
        double lowX = Math.floor(Math.log10(Math.min(least, 0.1)));
        double highX = Math.ceil(Math.log10(Math.max(most, 10 * peak / bandwidth)));
        double slowest = drawn.stream().mapToDouble(Point::gflops).min().orElse(bandwidth);
        double lowY = Math.floor(Math.log10(Math.min(slowest, bandwidth * Math.pow(10, lowX))));
        double highY = Math.ceil(Math.log10(peak));
        return new Rooflines(lowX, highX, lowY, highY).draw(peak, bandwidth, drawn);
    }

    private double x(double intensity) {
        return LEFT + (Math.log10(intensity) - lowX) / (highX - lowX) * (WIDTH - LEFT - RIGHT);
    }

    private double y(double gflops) {
        return HEIGHT - BOTTOM - (Math.log10(gflops) - lowY) / (highY - lowY) * (HEIGHT - TOP - BOTTOM);
    }

    private String draw(double peak, double bandwidth, List<Point> points) {
        StringBuilder out = new StringBuilder();
        line(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"roofline\">", WIDTH, HEIGHT);
        for (double d = lowX; d <= highX; d++) {
            line(out, "<line class=\"grid\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/><text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>",
                    x(Math.pow(10, d)), x(Math.pow(10, d)), TOP, HEIGHT - BOTTOM, x(Math.pow(10, d)), HEIGHT - BOTTOM + 18, number(Math.pow(10, d)));
        }
        for (double d = lowY; d <= highY; d++) {
            line(out, "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/><text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>",
                    LEFT, WIDTH - RIGHT, y(Math.pow(10, d)), y(Math.pow(10, d)), LEFT - 8, y(Math.pow(10, d)) + 4, number(Math.pow(10, d)));
        }
        double from = Math.max(Math.pow(10, lowX), Math.pow(10, lowY) / bandwidth);
        line(out, "<path d=\"M%.1f %.1fL%.1f %.1fH%d\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"2\"/>", x(from), y(from * bandwidth),
                x(peak / bandwidth), y(peak), WIDTH - RIGHT);
        line(out, "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%.0f GFLOP/s, %.1f GB/s</text>", WIDTH - RIGHT, y(peak) - MOST_RADIUS - 6, peak, bandwidth);
        double heaviest = points.stream().mapToDouble(Point::weight).max().orElse(1);
        for (Point p : points) {
            double r = Math.max(LEAST_RADIUS, MOST_RADIUS * Math.sqrt(p.weight / heaviest));
            line(out, "<a href=\"%s\"><circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\" fill=\"%s\" fill-opacity=\"0.55\" stroke=\"%s\"><title>%s</title></circle></a>",
                    HtmlPage.escape(p.link), x(p.intensity), y(p.gflops), r, p.colour, p.colour, HtmlPage.escape(p.name));
        }
        line(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">operations a byte</text>", (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10);
        line(out, "<text transform=\"translate(16 %d) rotate(-90)\" text-anchor=\"middle\">GFLOP/s</text>", (TOP + HEIGHT - BOTTOM) / 2);
        return out.append("</svg>").toString();
    }

    private static void line(StringBuilder out, String format, Object... values) {
        out.append(String.format(Locale.ROOT, format, values)).append('\n');
    }

    private static String number(double x) {
        return x >= 1 ? String.format(Locale.ROOT, "%.0f", x) : String.format(Locale.ROOT, "%s", x);
    }
}
