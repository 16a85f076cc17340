package dev.gatun.models.train;

import java.util.Locale;

/** Training and validation loss over steps as a self-contained SVG picture. */
public final class LossCurve {
    private static final int WIDTH = 960;
    private static final int HEIGHT = 540;
    private static final int LEFT = 70;
    private static final int RIGHT = 30;
    private static final int TOP = 56;
    private static final int BOTTOM = 60;
    private static final int TICKS = 8;
    private static final String TRAIN = "#7aa6c2";
    private static final String VALIDATION = "#c2410c";

    private final String unit;
    private final StringBuilder out = new StringBuilder();
    private double highestX = 1;
    private double lowestY = Double.POSITIVE_INFINITY;
    private double highestY = Double.NEGATIVE_INFINITY;

    private LossCurve(String unit) {
        this.unit = unit;
    }

    /**
     * The picture.
     *
     * @param title above it
     * @param unit what the loss is the mean of: {@code token}
     * @param train training loss by step
     * @param validation validation loss by step, may be empty
     */
    public static String svg(String title, String unit, Curve train, Curve validation) {
        LossCurve c = new LossCurve(unit);
        c.extend(train);
        c.extend(validation);
        c.draw(title, train, validation);
        return c.out.toString();
    }

    private void extend(Curve curve) {
        for (int i = 0; i < curve.size(); i++) {
            highestX = Math.max(highestX, curve.x(i));
            lowestY = Math.min(lowestY, curve.y(i));
            highestY = Math.max(highestY, curve.y(i));
        }
    }

    private void draw(String title, Curve train, Curve validation) {
        if (lowestY > highestY) {
            lowestY = 0;
            highestY = 1;
        }
        double step = niceStep(Math.max(highestY - lowestY, 1e-3) / TICKS);
        lowestY = Math.floor(lowestY / step) * step;
        highestY = Math.max(Math.ceil(highestY / step), Math.floor(lowestY / step) + 1) * step;
        line("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"system-ui, sans-serif\" font-size=\"13\" fill=\"#1f2937\">",
                WIDTH, HEIGHT);
        line("<title>%s</title>", escaped(title));
        line("<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>", WIDTH, HEIGHT);
        line("<text x=\"%d\" y=\"28\" font-size=\"17\" font-weight=\"600\">%s</text>", LEFT, escaped(title));
        axes(step);
        curve(train, TRAIN, 1.2);
        curve(validation, VALIDATION, 2.4);
        for (int i = 0; i < validation.size(); i++) {
            line("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>", px(validation.x(i)), py(validation.y(i)), VALIDATION);
        }
        legend(0, TRAIN, "train", train);
        legend(1, VALIDATION, "validation", validation);
        line("</svg>");
    }

    private void axes(double step) {
        for (long i = Math.round(lowestY / step); i <= Math.round(highestY / step); i++) {
            double y = py(i * step);
            line("<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#e5e7eb\"/>", LEFT, WIDTH - RIGHT, y, y);
            line("<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>", LEFT - 8, y + 4, number(i * step));
        }
        double stepX = Math.max(1, niceStep(highestX / TICKS));
        for (double x = 0; x <= highestX; x += stepX) {
            line("<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\" stroke=\"#9ca3af\"/>", px(x), px(x), HEIGHT - BOTTOM, HEIGHT - BOTTOM + 5);
            line("<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>", px(x), HEIGHT - BOTTOM + 20, number(x));
        }
        line("<path d=\"M%d %dV%dH%d\" fill=\"none\" stroke=\"#9ca3af\"/>", LEFT, TOP, HEIGHT - BOTTOM, WIDTH - RIGHT);
        line("<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">step</text>", (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 14);
        line("<text transform=\"translate(18 %d) rotate(-90)\" text-anchor=\"middle\">loss (nats per %s)</text>",
                (TOP + HEIGHT - BOTTOM) / 2, escaped(unit));
    }

    private void curve(Curve c, String color, double width) {
        if (c.size() == 0) return;
        StringBuilder points = new StringBuilder();
        for (int i = 0; i < c.size(); i++) {
            points.append(String.format(Locale.ROOT, "%s%.1f,%.1f", i == 0 ? "" : " ", px(c.x(i)), py(c.y(i))));
        }
        line("<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"%.1f\" stroke-linejoin=\"round\"/>",
                points, color, width);
    }

    private void legend(int row, String color, String name, Curve c) {
        if (c.size() == 0) return;
        int x = WIDTH - RIGHT - 190;
        int y = TOP + 16 + 22 * row;
        line("<line x1=\"%d\" x2=\"%d\" y1=\"%d\" y2=\"%d\" stroke=\"%s\" stroke-width=\"3\"/>", x, x + 24, y - 4, y - 4, color);
        line("<text x=\"%d\" y=\"%d\">%s, last %.4f</text>", x + 32, y, name, c.y(c.size() - 1));
    }

    private double px(double x) {
        return LEFT + x / highestX * (WIDTH - LEFT - RIGHT);
    }

    private double py(double y) {
        return HEIGHT - BOTTOM - (y - lowestY) / (highestY - lowestY) * (HEIGHT - TOP - BOTTOM);
    }

    /** The smallest of 1, 2 and 5 times a power of ten that is no less than {@code least}. */
    private static double niceStep(double least) {
        double power = Math.pow(10, Math.floor(Math.log10(least)));
        for (double m : new double[] {1, 2, 5}) {
            if (m * power >= least * (1 - 1e-9)) return m * power;
        }
        return 10 * power;
    }

    private static String number(double x) {
        return new java.math.BigDecimal(x).round(new java.math.MathContext(6)).stripTrailingZeros().toPlainString();
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

    private void line(String format, Object... values) {
        out.append(values.length == 0 ? format : String.format(Locale.ROOT, format, values)).append('\n');
    }
}
