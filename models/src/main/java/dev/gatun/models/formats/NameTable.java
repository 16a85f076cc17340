package dev.gatun.models.formats;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which tensor of a foreign file is which parameter, as text: on each line the parameter, the foreign name and how the
 * numbers lie there. {@code #} stands for a layer's number, {@code [prefix.]} for a prefix that may be missing,
 * {@code |} separates names of which one is there. A line that starts with {@code -} names what may be there and is not
 * needed.
 */
final class NameTable {
    /** How a foreign tensor lies. */
    enum Layout {
        /** As the parameter does. */
        SAME,
        /** A matrix {@code [out, in]}, where the parameter is {@code [in, out]}. */
        TRANSPOSED,
        /** Transposed, and the halves of each head, which rotary positions turn against each other, row by row in turn. */
        INTERLEAVED
    }

    /** A line of the table. */
    private record Row(String parameter, List<String> foreign, Layout layout) {}

    /**
     * A parameter's tensor.
     *
     * @param names the names it may have, the first is the one to write
     */
    record Place(List<String> names, Layout layout) {}

    private static final Pattern NUMBER = Pattern.compile("(?<=\\.|^)\\d{1,6}(?=\\.)");

    private final Map<String, Row> rows = new HashMap<>();
    private final Set<String> known = new java.util.HashSet<>();

    private NameTable() {}

    /** Parses a table; it is part of the program, so errors are faults. */
    static NameTable of(String text) {
        NameTable table = new NameTable();
        for (String line : text.strip().split("\\R")) {
            String[] columns = line.strip().split("\\s+");
            List<String> names = alternatives(columns[1]);
            table.known.addAll(names);
            if (columns[0].equals("-")) continue;
            Layout layout = columns.length < 3 ? Layout.SAME : Layout.valueOf(columns[2].toUpperCase(java.util.Locale.ROOT));
            if (table.rows.put(columns[0], new Row(columns[0], names, layout)) != null) {
                throw new IllegalArgumentException("two lines for " + columns[0]);
            }
        }
        return table;
    }

    private static List<String> alternatives(String column) {
        List<String> names = new ArrayList<>();
        for (String name : column.split("\\|")) {
            Matcher optional = Pattern.compile("^\\[(.+)](.+)$").matcher(name);
            if (optional.matches()) names.addAll(List.of(optional.group(1) + optional.group(2), optional.group(2)));
            else names.add(name);
        }
        return names;
    }

    /** Where a parameter's numbers are; empty for a parameter that the format has no place for. */
    Optional<Place> place(String parameter) {
        Row exact = rows.get(parameter);
        if (exact != null) return Optional.of(new Place(exact.foreign, exact.layout));
        Matcher m = NUMBER.matcher(parameter);
        if (!m.find()) return Optional.empty();
        Row row = rows.get(parameter.substring(0, m.start()) + "#" + parameter.substring(m.end()));
        if (row == null) return Optional.empty();
        return Optional.of(new Place(row.foreign.stream().map(n -> n.replace("#", m.group())).toList(), row.layout));
    }

    /** Whether the table has a line for a foreign tensor. */
    boolean knows(String foreign) {
        return known.contains(foreign) || known.contains(NUMBER.matcher(foreign).replaceFirst("#"));
    }
}
