package dev.gatun.models.data.table;

import dev.gatun.models.data.DataException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * How the rows of a table become inputs and targets.
 *
 * @param features the columns that are seen, with their codes
 * @param target the column to predict
 * @param classes its values when they are classes; empty when it is a number
 * @param number its code when it is a number
 */
public record TableCode(List<ColumnCode> features, String target, List<String> classes, Optional<ColumnCode.Numeric> number) {
    /** Whole numbers of at most so many different values are classes. */
    private static final int MOST_NUMBERED = 20;
    private static final int MOST_CLASSES = 10_000;

    /** What the target is. */
    public enum Kind {
        /** Classes when the target is text, or whole numbers of few different values. */
        AUTO,
        CLASSIFICATION,
        REGRESSION
    }

    public TableCode {
        features = List.copyOf(features);
        classes = List.copyOf(classes);
    }

    /**
     * Codes fitted to the rows that are trained on; classes are those of the whole table.
     *
     * @throws DataException when the target is missing somewhere, is no number where one is asked for, or is always the same
     */
    public static TableCode fit(CsvTable table, String target, Kind kind, int[] rows) {
        int column = table.column(target);
        for (int r = 0; r < table.rows(); r++) {
            if (ColumnCode.isMissing(table.at(r, column))) {
                throw new DataException(table.name() + ": row " + (r + 1) + ": the target \"" + target + "\" is missing: leave the row out, or fill it in");
            }
        }
        List<ColumnCode> features = new ArrayList<>();
        for (int c = 0; c < table.columns().size(); c++) {
            if (c != column) features.add(ColumnCode.fit(table, c, rows));
        }
        if (features.isEmpty()) throw new DataException(table.name() + " has no column beside the target \"" + target + "\"");
        TreeSet<String> values = new TreeSet<>();
        for (int r = 0; r < table.rows() && values.size() <= MOST_CLASSES; r++) values.add(table.at(r, column));
        if (values.size() < 2) throw new DataException(table.name() + ": the target \"" + target + "\" is \"" + values.first() + "\" in every row");
        boolean numeric = ColumnCode.isNumeric(table, column);
        boolean whole = numeric && values.size() <= MOST_NUMBERED && values.stream().allMatch(v -> ColumnCode.number(v) == Math.rint(ColumnCode.number(v)));
        if (kind == Kind.REGRESSION && !numeric) throw new DataException(table.name() + ": the target \"" + target + "\" is not a number in every row, as regression needs");
        if (kind == Kind.REGRESSION || kind == Kind.AUTO && numeric && !whole) {
            return new TableCode(features, target, List.of(), Optional.of((ColumnCode.Numeric) ColumnCode.fit(table, column, rows)));
        }
        if (values.size() > MOST_CLASSES) throw new DataException(table.name() + ": the target \"" + target + "\" has more than " + MOST_CLASSES + " values");
        return new TableCode(features, target, List.copyOf(values), Optional.empty());
    }

    /** Whether classes are told apart. */
    public boolean classifies() {
        return number.isEmpty();
    }

    /** How many numbers a row becomes. */
    public int inputs() {
        return features.stream().mapToInt(ColumnCode::width).sum();
    }

    /** How many scores a row gets. */
    public int outputs() {
        return classifies() ? classes.size() : 1;
    }

    /**
     * A number that a score stands for, in units of the target.
     *
     * @throws java.util.NoSuchElementException when classes are told apart
     */
    public double value(double score) {
        ColumnCode.Numeric n = number.orElseThrow();
        return n.mean() + score * n.deviation();
    }

    /**
     * Codes a row.
     *
     * @param into gets {@link #inputs} numbers from {@code at} on
     */
    public void encode(CsvTable table, int row, float[] into, int at) {
        int place = at;
        for (ColumnCode c : features) {
            c.encode(table.at(row, table.column(c.column())), into, place);
            place += c.width();
        }
    }
}
