package dev.gatun.models.data.table;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/** How the values of a column become numbers, as the rows that are trained on have it. */
public sealed interface ColumnCode {
    /** Name of the column. */
    String column();

    /** How many numbers a value becomes. */
    int width();

    /**
     * Writes a value.
     *
     * @param value as the file has it; empty for a missing one
     * @param into gets {@link #width} numbers from {@code at} on
     */
    void encode(String value, float[] into, int at);

    /**
     * A number, less the mean and divided by the deviation; then 1 where it is missing, which counts as the mean.
     *
     * @param mean of the values that are trained on
     * @param deviation of them; 1 when they are all the same
     * @param others whether there are missing values among those that are trained on; otherwise the 1 is a 0 too, since no
     *     weight has learnt what it means
     */
    record Numeric(String column, double mean, double deviation, boolean others) implements ColumnCode {
        @Override
        public int width() {
            return 2;
        }

        @Override
        public void encode(String value, float[] into, int at) {
            double x = number(value);
            into[at] = Double.isNaN(x) ? 0 : (float) ((x - mean) / deviation);
            into[at + 1] = others && Double.isNaN(x) ? 1 : 0;
        }
    }

    /**
     * One of some values: 1 at its place, 0 at the others. The place behind the last is for all other values, the missing
     * one among them.
     *
     * @param categories most frequent first
     * @param others whether there are other values among those that are trained on; otherwise theirs are zeros only, since
     *     no weight has learnt what a 1 means
     */
    record Categorical(String column, List<String> categories, boolean others) implements ColumnCode {
        /** Rarer values than these are one category. */
        static final int MOST = 100;

        public Categorical {
            categories = List.copyOf(categories);
        }

        @Override
        public int width() {
            return categories.size() + 1;
        }

        @Override
        public void encode(String value, float[] into, int at) {
            for (int i = 0; i < width(); i++) into[at + i] = 0;
            int place = isMissing(value) ? -1 : categories.indexOf(value);
            if (place >= 0) into[at + place] = 1;
            else if (others) into[at + categories.size()] = 1;
        }
    }

    /** What stands for no value: nothing, NA, NaN, null or a question mark. */
    static boolean isMissing(String value) {
        return switch (value) {
            case "", "NA", "N/A", "NaN", "nan", "null", "NULL", "?" -> true;
            default -> false;
        };
    }

    /** A value as a number; NaN for a missing one and for one that is none. */
    static double number(String value) {
        if (isMissing(value)) return Double.NaN;
        try {
            double x = Double.parseDouble(value);
            return Double.isInfinite(x) ? Double.NaN : x;
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }

    /** Whether every value that is there is a number, and there is one. */
    static boolean isNumeric(CsvTable table, int column) {
        boolean found = false;
        for (int r = 0; r < table.rows(); r++) {
            String value = table.at(r, column);
            if (isMissing(value)) continue;
            if (Double.isNaN(number(value))) return false;
            found = true;
        }
        return found;
    }

    /**
     * The code of a column, fitted to some rows.
     *
     * @param rows those that are trained on
     */
    static ColumnCode fit(CsvTable table, int column, int[] rows) {
        String name = table.columns().get(column);
        if (isNumeric(table, column)) return numeric(table, name, column, rows);
        List<String> categories = frequent(table, column, rows, Categorical.MOST);
        Set<String> known = Set.copyOf(categories);
        return new Categorical(name, categories, IntStream.of(rows).anyMatch(r -> !known.contains(table.at(r, column))));
    }

    private static Numeric numeric(CsvTable table, String name, int column, int[] rows) {
        int n = 0;
        double mean = 0;
        double squares = 0;
        for (int r : rows) { // Welford, 1962
            double x = number(table.at(r, column));
            if (Double.isNaN(x)) continue;
            double d = x - mean;
            mean += d / ++n;
            squares += d * (x - mean);
        }
        double deviation = n == 0 ? 0 : Math.sqrt(squares / n);
        return new Numeric(name, mean, deviation > 1e-12 * Math.abs(mean) && deviation > 0 ? deviation : 1, n < rows.length);
    }

    /** The values that occur, most frequent first, equally frequent ones by their order. */
    static List<String> frequent(CsvTable table, int column, int[] rows, int most) {
        Map<String, Integer> counts = new HashMap<>();
        for (int r : rows) {
            String value = table.at(r, column);
            if (!isMissing(value)) counts.merge(value, 1, Integer::sum);
        }
        List<String> values = new ArrayList<>(counts.keySet());
        values.sort(Comparator.<String>comparingInt(v -> -counts.get(v)).thenComparing(Comparator.naturalOrder()));
        return List.copyOf(values.subList(0, Math.min(most, values.size())));
    }
}
