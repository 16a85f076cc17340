package dev.gatun.models.report;

import java.util.List;
import java.util.Locale;

/** What lies where in memory, and when, as SVG: time from left to right, addresses from the bottom up. */
public final class MemoryMap {
    private static final int WIDTH = 960;
    private static final int HEIGHT = 460;
    private static final int LEFT = 80;
    private static final int RIGHT = 10;
    private static final int TOP = 20;
    private static final int BOTTOM = 40;
    private static final int TICKS = 6;

    private MemoryMap() {}

    /**
     * A stretch of memory in use.
     *
     * @param name for the tooltip
     * @param from first byte
     * @param bytes length
     * @param first first step that needs it
     * @param last last step that needs it
     * @param colour of CSS
     */
    public record Use(String name, long from, long bytes, int first, int last, String colour) {}

    /**
     * The picture.
     *
     * @param size bytes of all memory
     * @param steps number of steps
     * @param peak step at which most is in use, which gets a line
     */
    public static String svg(long size, int steps, int peak, List<Use> uses) {
        StringBuilder out = new StringBuilder();
        line(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"memory over time\">", WIDTH, HEIGHT);
        double perStep = (double) (WIDTH - LEFT - RIGHT) / Math.max(1, steps);
        double perByte = (double) (HEIGHT - TOP - BOTTOM) / Math.max(1, size);
        for (int i = 0; i <= TICKS; i++) {
            double y = HEIGHT - BOTTOM - (double) size * i / TICKS * perByte;
            line(out, "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/><text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>",
                    LEFT, WIDTH - RIGHT, y, y, LEFT - 6, y + 4, mebibytes(size * i / TICKS));
        }
        for (Use u : uses) {
            line(out, "<rect x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\" fill=\"%s\" fill-opacity=\"0.7\"><title>%s: %s, steps %d to %d</title></rect>",
                    LEFT + u.first * perStep, HEIGHT - BOTTOM - (u.from + u.bytes) * perByte, Math.max(0.5, (u.last - u.first + 1) * perStep),
                    Math.max(0.3, u.bytes * perByte), u.colour, HtmlPage.escape(u.name), mebibytes(u.bytes), u.first, u.last);
        }
        double x = LEFT + (peak + 0.5) * perStep;
        line(out, "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\" stroke=\"currentColor\" stroke-dasharray=\"4 3\"/>", x, x, TOP, HEIGHT - BOTTOM);
        line(out, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">peak, step %d</text>", Math.clamp(x, LEFT + 40, WIDTH - 60), TOP - 6, peak);
        line(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">steps, 0 to %d</text>", (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, Math.max(0, steps - 1));
        return out.append("</svg>").toString();
    }

    /** Bytes as people read them. */
    public static String mebibytes(long bytes) {
        return bytes < 1 << 20 ? String.format(Locale.ROOT, "%.1f KiB", bytes / 1024.0) : String.format(Locale.ROOT, "%.1f MiB", bytes / 1048576.0);
    }

    private static void line(StringBuilder out, String format, Object... values) {
        out.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
