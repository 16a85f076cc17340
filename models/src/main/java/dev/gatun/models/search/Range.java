package dev.gatun.models.search;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.OptionalLong;

/**
 * Numbers between two, both included. Real numbers are rounded to six significant digits.
 *
 * @param name of the setting
 * @param from smallest
 * @param to largest, at least {@code from}
 * @param log whether the logarithm is uniform instead of the number; {@code from} is then above 0
 * @param whole whether only whole numbers count
 * @param step from one value to the next: a difference, on a logarithmic range a factor; 0 for all values between
 */
public record Range(String name, double from, double to, boolean log, boolean whole, double step) implements Dimension {
    private static final double LARGEST_WHOLE = 1L << 53;
    private static final MathContext DIGITS = new MathContext(6, RoundingMode.HALF_EVEN);
    private static final MathContext EXACT = new MathContext(12, RoundingMode.HALF_EVEN);
    /** Takes in a last step that rounding would leave out. */
    private static final double SLACK = 1e-9;

    /** Checks bounds and step. */
    public Range {
        if (!Double.isFinite(from) || !Double.isFinite(to)) throw new IllegalArgumentException(name + ": a range has finite ends, got " + from + ".." + to);
        if (from > to) throw new IllegalArgumentException(name + ": the range is empty: " + text(from) + " is above " + text(to));
        if (log && from <= 0) {
            throw new IllegalArgumentException(name + ": a logarithmic range lies above 0, got " + text(from) + ".." + text(to) + "; raise its start, or leave log away");
        }
        if (whole && (from != Math.rint(from) || to != Math.rint(to) || Math.abs(from) > LARGEST_WHOLE || Math.abs(to) > LARGEST_WHOLE)) {
            throw new IllegalArgumentException(name + ": a range of whole numbers has whole ends, got " + text(from) + ".." + text(to));
        }
        if (!(step >= 0) || Double.isInfinite(step)) throw new IllegalArgumentException(name + ": a step is a number above 0, got " + step);
        if (step > 0 && log && step <= 1) throw new IllegalArgumentException(name + ": the step of a logarithmic range is a factor above 1, got " + text(step));
        if (step > 0 && whole && step != Math.rint(step)) throw new IllegalArgumentException(name + ": the step of whole numbers is a whole number, got " + text(step));
        if (step == 0 && whole && !log) step = 1;
    }

    /** Real numbers. */
    public static Range real(String name, double from, double to) {
        return new Range(name, from, to, false, false, 0);
    }

    /** Real numbers whose logarithm is uniform. */
    public static Range logarithmic(String name, double from, double to) {
        return new Range(name, from, to, true, false, 0);
    }

    /** Whole numbers. */
    public static Range whole(String name, long from, long to) {
        return new Range(name, from, to, false, true, 1);
    }

    /** The same in steps: differences, on a logarithmic range factors. */
    public Range by(double step) {
        return new Range(name, from, to, log, whole, step);
    }

    @Override
    public OptionalLong count() {
        if (step > 0) return OptionalLong.of(steps());
        return whole ? OptionalLong.of((long) to - (long) from + 1) : from == to ? OptionalLong.of(1) : OptionalLong.empty();
    }

    /** Values of a range in steps. */
    private long steps() {
        return 1 + (long) Math.floor((log ? Math.log(to / from) / Math.log(step) : (to - from) / step) + SLACK);
    }

    @Override
    public String value(long index) {
        OptionalLong n = count();
        if (n.isEmpty()) throw new IllegalArgumentException(name + " has no end of values between " + text(from) + " and " + text(to));
        if (index < 0 || index >= n.getAsLong()) throw new IllegalArgumentException(name + " has " + n.getAsLong() + " values, not one of index " + index);
        return step > 0 ? stepped(index) : text(from + index);
    }

    private String stepped(long index) {
        BigDecimal start = BigDecimal.valueOf(from);
        BigDecimal by = BigDecimal.valueOf(step);
        BigDecimal v = log ? start.multiply(by.pow(Math.toIntExact(index), MathContext.DECIMAL128)) : start.add(by.multiply(BigDecimal.valueOf(index)));
        return whole ? Long.toString(v.longValue()) : plain(v.round(EXACT));
    }

    @Override
    public String at(double position) {
        if (step > 0) return stepped((long) (position * steps()));
        double x = bottom() + position * (top() - bottom());
        double v = log ? Math.exp(x) : x;
        if (whole) return text(Math.clamp(Math.rint(v), from, to));
        double rounded = new BigDecimal(v).round(DIGITS).doubleValue();
        return text(Math.clamp(rounded, from, to));
    }

    @Override
    public double position(String value) {
        double v;
        try {
            v = Double.parseDouble(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(name + " is a number, not '" + value + "'", e);
        }
        if (!(v >= from - SLACK * Math.abs(from) && v <= to + SLACK * Math.abs(to))) {
            throw new IllegalArgumentException(name + " lies in " + text(from) + ".." + text(to) + ", not at " + value);
        }
        if (step > 0) return (Math.rint(log ? Math.log(v / from) / Math.log(step) : (v - from) / step) + 0.5) / steps();
        if (from == to) return 0.5;
        return Math.clamp(((log ? Math.log(v) : v) - bottom()) / (top() - bottom()), 0, 1);
    }

    /** Where positions start, in numbers or their logarithms; a whole number reaches half to both sides. */
    private double bottom() {
        double v = whole ? from - 0.5 : from;
        return log ? Math.log(v) : v;
    }

    private double top() {
        double v = whole ? to + 0.5 : to;
        return log ? Math.log(v) : v;
    }

    private static String text(double v) {
        return v == Math.rint(v) && Math.abs(v) <= LARGEST_WHOLE ? Long.toString((long) v) : plain(BigDecimal.valueOf(v));
    }

    private static String plain(BigDecimal v) {
        BigDecimal s = v.stripTrailingZeros();
        return s.signum() == 0 || s.precision() - s.scale() > -6 && s.scale() > -12 ? s.toPlainString() : s.toString();
    }
}
