package dev.gatun.models.metrics;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;

/**
 * A confusion matrix as a picture: rows are classes, columns what they were taken for, and a cell is the darker the
 * larger its share of its row. Up to 40 classes have counts in their cells.
 */
public final class ConfusionPicture {
    private static final int MARGIN = 28;
    private static final int MOST_COUNTED = 40;
    private static final int LONGEST_NAME = 18;
    private static final int LETTER = 8; // pixels of width that a letter takes, about
    private static final int MOST_PIXELS = 4096;
    private static final int HIT = 0x1d4ed8;
    private static final int MISS = 0xb91c1c;
    private static final int INK = 0x1f2937;
    /** Digits of 3x5 dots, rows from the top, three bits each. */
    private static final int[] DIGITS = {075557, 026227, 071747, 071717, 055711, 074717, 074757, 071244, 075757, 075717};

    private ConfusionPicture() {}

    /** An SVG file with class names. */
    public static String svg(ConfusionMatrix m, List<String> names, String title) {
        int n = m.classes();
        int cell = cell(n);
        int left = MARGIN + LETTER * Math.min(LONGEST_NAME, names.stream().mapToInt(String::length).max().orElse(0));
        int side = n * cell;
        int top = left + MARGIN;
        StringBuilder out = new StringBuilder();
        add(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"system-ui, sans-serif\" font-size=\"12\" fill=\"#1f2937\">",
                left + side + MARGIN, top + side + MARGIN);
        add(out, "<title>%s</title>", escaped(title));
        add(out, "<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>");
        add(out, "<text x=\"10\" y=\"20\" font-size=\"15\" font-weight=\"600\">%s</text>", escaped(title));
        for (int l = 0; l < n; l++) {
            int middle = l * cell + cell / 2;
            add(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>", left - 6, top + middle + 4, escaped(cut(names.get(l))));
            add(out, "<text transform=\"translate(%d %d) rotate(-90)\">%s</text>", left + middle + 4, top - 6, escaped(cut(names.get(l))));
            long support = m.support(l);
            for (int p = 0; p < n; p++) {
                long count = m.count(l, p);
                int x = left + p * cell;
                int y = top + l * cell;
                add(out, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"#%06x\" stroke=\"#e5e7eb\"/>", x, y, cell, cell,
                        colour(l == p, count, support));
                if (count > 0 && n <= MOST_COUNTED) {
                    add(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\"%s>%d</text>", x + cell / 2, y + cell / 2 + 4,
                            dark(count, support) ? " fill=\"#ffffff\"" : "", count);
                }
            }
        }
        add(out, "</svg>");
        return out.toString();
    }

    /** A PNG file; classes are numbered. */
    public static byte[] png(ConfusionMatrix m) {
        int n = m.classes();
        int cell = cell(n);
        int side = MARGIN + n * cell + MARGIN / 2;
        BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
        fill(image, 0, 0, side, side, 0xffffff);
        for (int l = 0; l < n; l++) {
            if (n <= MOST_COUNTED) {
                number(image, l, MARGIN / 2, MARGIN + l * cell + cell / 2, INK);
                number(image, l, MARGIN + l * cell + cell / 2, MARGIN / 2, INK);
            }
            long support = m.support(l);
            for (int p = 0; p < n; p++) {
                long count = m.count(l, p);
                int x = MARGIN + p * cell;
                int y = MARGIN + l * cell;
                fill(image, x, y, cell, cell, 0xe5e7eb);
                fill(image, x, y, Math.max(1, cell - 1), Math.max(1, cell - 1), colour(l == p, count, support));
                if (count > 0 && n <= MOST_COUNTED) {
                    number(image, count, x + cell / 2, y + cell / 2, dark(count, support) ? 0xffffff : INK);
                }
            }
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            if (!ImageIO.write(image, "png", bytes)) throw new IllegalStateException("this JDK writes no PNG");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** Pixels of a cell: room for a number, or as many as a picture of many classes has. */
    private static int cell(int classes) {
        return classes <= MOST_COUNTED ? 44 : Math.clamp(MOST_PIXELS / classes, 1, 8);
    }

    private static boolean dark(long count, long support) {
        return 2 * count > support;
    }

    /** White for nothing, up to a full colour for all of a row; a square root shows small shares. */
    private static int colour(boolean hit, long count, long support) {
        double share = support == 0 ? 0 : Math.sqrt((double) count / support);
        int full = hit ? HIT : MISS;
        int rgb = 0;
        for (int shift = 16; shift >= 0; shift -= 8) {
            int c = (int) Math.round(255 + ((full >> shift & 255) - 255) * share);
            rgb |= c << shift;
        }
        return rgb;
    }

    private static void fill(BufferedImage image, int x, int y, int width, int height, int rgb) {
        for (int j = y; j < y + height; j++) for (int i = x; i < x + width; i++) image.setRGB(i, j, rgb);
    }

    /** A number around a point, in digits twice as large as their dots: no font is needed, which servers may lack. */
    private static void number(BufferedImage image, long value, int x, int y, int rgb) {
        String digits = Long.toString(value);
        int from = x - 4 * digits.length() + 1;
        for (int i = 0; i < digits.length(); i++, from += 8) {
            int dots = DIGITS[digits.charAt(i) - '0'];
            for (int bit = 0; bit < 15; bit++) {
                if ((dots >> 14 - bit & 1) == 1) fill(image, from + 2 * (bit % 3), y - 5 + 2 * (bit / 3), 2, 2, rgb);
            }
        }
    }

    private static String cut(String name) {
        return name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME - 1) + "…";
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replaceAll("[\\p{Cntrl}\\p{Cs}]", " ");
    }

    private static void add(StringBuilder out, String format, Object... values) {
        out.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
