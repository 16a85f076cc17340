package dev.gatun.models.data.image;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Digits that nobody wrote: strokes drawn by procedure, bent, thickened and with noise, to try a network without any
 * data. They are easier than handwriting, and accuracy on them says nothing about accuracy on MNIST. Images are
 * 28x28x1, white on black; image {@code i} shows the digit {@code i % 10} and depends on seed, part and {@code i} alone.
 */
public final class SyntheticDigits {
    private static final int SIDE = 28;
    private static final int TRAIN_STREAM = 0x64676972; // two streams: no image of one part is in the other
    private static final int TEST_STREAM = 0x64676965;
    private static final int WAVES = 2;
    private static final float[][][] STROKES = {
        {arc(.5, .5, .25, .38, 0, 360)},
        {line(.35, .28, .52, .12, .52, .88)},
        {join(arc(.5, .33, .22, .21, 190, 400), line(.27, .88, .75, .88))},
        {join(arc(.48, .31, .22, .19, 200, 450), arc(.48, .69, .25, .2, 270, 520))},
        {line(.62, .12, .24, .62, .8, .62), line(.62, .12, .62, .9)},
        {join(line(.72, .13, .34, .13, .31, .45), arc(.49, .64, .24, .24, 215, 500))},
        {line(.64, .12, .45, .3, .33, .5, .3, .67), arc(.5, .67, .2, .21, 0, 360)},
        {line(.25, .14, .75, .14, .42, .88)},
        {arc(.5, .3, .19, .18, 0, 360), arc(.5, .69, .23, .21, 0, 360)},
        {arc(.5, .33, .2, .21, 0, 360), line(.7, .33, .68, .6, .55, .88)},
    };

    private final Draws draws;
    private final float[] ink = new float[SIDE * SIDE];
    private final byte[] image = new byte[SIDE * SIDE];
    private final double[] affine = new double[6];
    private final double[][] waves = new double[2 * WAVES][4]; // amplitude, frequency in x and in y, phase

    private SyntheticDigits(long seed, Part part) {
        draws = new Draws(seed, part == Part.TRAIN ? TRAIN_STREAM : TEST_STREAM);
    }

    /** Draws {@code count} digits. */
    public static ImageDataset draw(Part part, int count, long seed) {
        if (count < 1) throw new IllegalArgumentException("a dataset has at least one image, got " + count);
        SyntheticDigits pen = new SyntheticDigits(seed, part);
        try (ImageStore store = new ImageStore("synthetic digits (seed " + seed + ")", ReadOptions.strict(), count, true)) {
            Frame frame = new Frame(SIDE, SIDE, 1);
            for (int i = 0; i < count; i++) {
                pen.digit(i);
                store.add("digit " + i, pen.image, frame, i % 10);
            }
            return store.finish(IntStream.range(0, 10).mapToObj(Integer::toString).toList());
        }
    }

    private static float[] line(double... xy) {
        float[] points = new float[xy.length];
        for (int i = 0; i < xy.length; i++) points[i] = (float) xy[i];
        return points;
    }

    /** Part of an ellipse; angles in degrees, 0 to the right and 90 below. */
    private static float[] arc(double x, double y, double rx, double ry, double from, double to) {
        int steps = (int) Math.ceil((to - from) / 22.5);
        float[] points = new float[2 * steps + 2];
        for (int i = 0; i <= steps; i++) {
            double a = Math.toRadians(from + (to - from) * i / steps);
            points[2 * i] = (float) (x + rx * StrictMath.cos(a));
            points[2 * i + 1] = (float) (y + ry * StrictMath.sin(a));
        }
        return points;
    }

    private static float[] join(float[] a, float[] b) {
        float[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }

    private void digit(int i) {
        draws.at(0, i);
        bend();
        float radius = draws.between(0.8f, 1.7f);
        float pressure = draws.between(190, 255);
        Arrays.fill(ink, 0);
        for (float[] stroke : STROKES[i % 10]) stroke(stroke, radius);
        float noise = draws.between(0, 18);
        for (int p = 0; p < ink.length; p++) {
            // four uniform bytes sum to nearly a normal number, the same on every machine
            int w = draws.word();
            float n = ((w & 0xFF) + (w >>> 8 & 0xFF) + (w >>> 16 & 0xFF) + (w >>> 24)) / 255f - 2;
            image[p] = (byte) Math.clamp((int) (ink[p] * pressure + n * noise * 1.7f + 0.5f), 0, 255);
        }
    }

    /** Chooses an affine map from the unit square to pixels, and waves that shift points before it. */
    private void bend() {
        double angle = Math.toRadians(draws.between(-14, 14));
        double shear = draws.between(-0.25f, 0.25f);
        double width = 22 * draws.between(0.75f, 1.1f);
        double height = 22 * draws.between(0.85f, 1.1f);
        double cos = StrictMath.cos(angle);
        double sin = StrictMath.sin(angle);
        affine[0] = cos * width;
        affine[1] = cos * shear * width - sin * height;
        affine[2] = SIDE / 2.0 + draws.between(-1.8f, 1.8f);
        affine[3] = sin * width;
        affine[4] = sin * shear * width + cos * height;
        affine[5] = SIDE / 2.0 + draws.between(-1.8f, 1.8f);
        for (double[] w : waves) {
            w[0] = draws.between(0, 0.035f);
            w[1] = draws.between(-1.2f, 1.2f);
            w[2] = draws.between(-1.2f, 1.2f);
            w[3] = draws.uniform();
        }
    }

    private void stroke(float[] points, float radius) {
        double fromX = 0;
        double fromY = 0;
        for (int i = 0; i < points.length; i += 2) {
            double u = points[i] - 0.5 + shift(0, points[i], points[i + 1]);
            double v = points[i + 1] - 0.5 + shift(WAVES, points[i], points[i + 1]);
            double x = affine[0] * u + affine[1] * v + affine[2];
            double y = affine[3] * u + affine[4] * v + affine[5];
            if (i > 0) segment(fromX, fromY, x, y, radius);
            fromX = x;
            fromY = y;
        }
    }

    private double shift(int first, double x, double y) {
        double sum = 0;
        for (double[] w : List.of(waves[first], waves[first + 1])) {
            sum += w[0] * StrictMath.sin(2 * Math.PI * (w[1] * x + w[2] * y + w[3]));
        }
        return sum;
    }

    /** Inks the pixels within {@code radius} of a segment, with an edge one pixel soft. */
    private void segment(double ax, double ay, double bx, double by, float radius) {
        double dx = bx - ax;
        double dy = by - ay;
        double length2 = Math.max(1e-9, dx * dx + dy * dy);
        int top = Math.max(0, (int) (Math.min(ay, by) - radius - 1));
        int bottom = Math.min(SIDE - 1, (int) (Math.max(ay, by) + radius + 1));
        int left = Math.max(0, (int) (Math.min(ax, bx) - radius - 1));
        int right = Math.min(SIDE - 1, (int) (Math.max(ax, bx) + radius + 1));
        for (int y = top; y <= bottom; y++) {
            for (int x = left; x <= right; x++) {
                double px = x + 0.5 - ax;
                double py = y + 0.5 - ay;
                double t = Math.clamp((px * dx + py * dy) / length2, 0.0, 1.0);
                double ex = px - t * dx;
                double ey = py - t * dy;
                float cover = (float) Math.clamp(radius + 0.5 - Math.sqrt(ex * ex + ey * ey), 0.0, 1.0);
                ink[y * SIDE + x] = Math.max(ink[y * SIDE + x], cover);
            }
        }
    }
}
