package dev.gatun.models.data.table;

import dev.gatun.models.data.DataException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A table in a CSV file (RFC 4180): the first line names the columns, fields are separated by a comma and may stand in
 * quotes, in which a quote is doubled and line ends are text. White space around fields without quotes is no part of them.
 */
public final class CsvTable {
    private static final int LONGEST_FIELD = 1 << 20;
    private static final int MOST_COLUMNS = 100_000;

    private final String name;
    private final List<String> columns;
    private final Map<String, Integer> places = new HashMap<>();
    private final List<String[]> rows = new ArrayList<>();

    private CsvTable(String name, List<String> columns) {
        this.name = name;
        this.columns = columns;
        for (int i = 0; i < columns.size(); i++) places.put(columns.get(i), i);
    }

    /**
     * Reads a file.
     *
     * @param separator between fields, a comma for example
     * @throws DataException naming file, line and what was expected: a line with another number of fields, a quote that is
     *     not closed, a file without rows
     */
    public static CsvTable read(Path file, char separator) {
        if (!Files.isRegularFile(file)) throw new DataException(file + " does not exist: give a CSV file");
        try (BufferedReader in = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            CsvLines lines = new CsvLines(file.toString(), in, separator, LONGEST_FIELD, MOST_COLUMNS);
            List<String> head = lines.next();
            if (head == null) throw new DataException(file + " is empty: expected a line that names the columns");
            CsvTable table = new CsvTable(file.toString(), checked(file, head));
            for (List<String> row = lines.next(); row != null; row = lines.next()) {
                if (row.size() != head.size()) {
                    throw new DataException(file + ":" + lines.line() + ": expected " + head.size() + " fields as in the first line, found " + row.size());
                }
                table.rows.add(row.toArray(String[]::new));
            }
            if (table.rows.isEmpty()) throw new DataException(file + " has no rows below the names of its columns");
            return table;
        } catch (CharacterCodingException e) {
            throw new DataException(file + " is not UTF-8 text. Convert the file to UTF-8", e);
        } catch (IOException e) {
            throw new DataException(file + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static List<String> checked(Path file, List<String> head) {
        Set<String> seen = new HashSet<>();
        for (String column : head) {
            if (column.isEmpty()) throw new DataException(file + ":1: expected a name for each column, found an empty one");
            if (!seen.add(column)) throw new DataException(file + ":1: expected each column once, found \"" + column + "\" again");
        }
        return List.copyOf(head);
    }

    /** Where the table is from. */
    public String name() {
        return name;
    }

    /** Names of the columns. */
    public List<String> columns() {
        return columns;
    }

    /** Number of rows. */
    public int rows() {
        return rows.size();
    }

    /**
     * Number of a column.
     *
     * @throws DataException listing the columns there are
     */
    public int column(String column) {
        Integer i = places.get(column);
        if (i == null) throw new DataException(name + " has no column \"" + column + "\": expected one of " + columns);
        return i;
    }

    /** A field as it stands; empty where the value is missing. */
    public String at(int row, int column) {
        return rows.get(row)[column];
    }
}
