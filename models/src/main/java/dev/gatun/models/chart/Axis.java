package dev.gatun.models.chart;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;

/**
 * An axis whose marks stand at multiples of 1, 2 or 5 times a power of ten.
 *
 * @param low where it starts
 * @param high where it ends
 * @param step from mark to mark
 */
record Axis(double low, double high, double step) {
    private static final double TOUCH = 1e-9;

    /** From a mark at or below the lowest value to one at or above the highest, with about so many steps between. */
    static Axis around(double lowest, double highest, int steps) {
        double least = Math.max(highest - lowest, Math.max(1e-12, 1e-6 * Math.max(Math.abs(lowest), Math.abs(highest))));
        double step = nice(least / steps);
        double low = Math.floor(lowest / step) * step;
        return new Axis(low, Math.max(Math.ceil(highest / step), Math.floor(lowest / step) + 1) * step, step);
    }

    /** From 0 to exactly the highest value, for steps: marks are whole numbers. */
    static Axis upTo(double highest, int steps) {
        return new Axis(0, highest, Math.max(1, nice(highest / steps)));
    }

    /** The smallest of 1, 2 and 5 times a power of ten that is no less than {@code least}. */
    private static double nice(double least) {
        double power = Math.pow(10, Math.floor(Math.log10(least)));
        for (double m : new double[] {1, 2, 5}) {
            if (m * power >= least * (1 - TOUCH)) return m * power;
        }
        return 10 * power;
    }

    /** Where the marks stand. */
    List<Double> marks() {
        List<Double> marks = new ArrayList<>();
        for (long i = Math.round(low / step); i * step <= high + TOUCH * step; i++) marks.add(i * step);
        return marks;
    }

    /** Place of a value: 0 at the start, 1 at the end. */
    double share(double value) {
        return (value - low) / (high - low);
    }

    /** A number in at most 6 digits. */
    static String text(double x) {
        BigDecimal rounded = new BigDecimal(x).round(new MathContext(6)).stripTrailingZeros();
        double size = Math.abs(x);
        return size != 0 && (size < 1e-3 || size >= 1e7) ? rounded.toString().replace("E+", "e").replace("E", "e") : rounded.toPlainString();
    }
}
