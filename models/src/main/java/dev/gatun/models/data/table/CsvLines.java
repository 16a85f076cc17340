package dev.gatun.models.data.table;

import dev.gatun.models.data.DataException;
import java.io.IOException;
import java.io.Reader;
import java.util.ArrayList;
import java.util.List;

/** Cuts CSV text into lines of fields. Empty lines are passed over. */
final class CsvLines {
    private final String name;
    private final Reader in;
    private final char separator;
    private final int longest;
    private final int most;
    private int ahead;
    private long line = 1; // of the next character
    private long start;

    CsvLines(String name, Reader in, char separator, int longest, int most) throws IOException {
        this.name = name;
        this.in = in;
        this.separator = separator;
        this.longest = longest;
        this.most = most;
        ahead = in.read();
        if (ahead == 0xFEFF) ahead = in.read();
    }

    /** Number of the line on which the last row began, from 1. */
    long line() {
        return start;
    }

    private void step() throws IOException {
        if (ahead == '\n') line++;
        ahead = in.read();
    }

    /** The next row; {@code null} behind the last. */
    List<String> next() throws IOException {
        while (ahead == '\n' || ahead == '\r') step();
        if (ahead < 0) return null;
        start = line;
        List<String> fields = new ArrayList<>();
        while (true) {
            if (fields.size() == most) throw new DataException(name + ":" + start + ": expected at most " + most + " fields");
            fields.add(field());
            if (ahead != separator) break;
            step();
        }
        if (ahead == '\r') step();
        if (ahead == '\n') step();
        return fields;
    }

    private String field() throws IOException {
        while (ahead == ' ' || ahead == '\t' && separator != '\t') step();
        if (ahead == '"') return quoted();
        StringBuilder s = new StringBuilder();
        while (ahead >= 0 && ahead != separator && ahead != '\n' && ahead != '\r') {
            if (ahead == '"') throw new DataException(name + ":" + line + ": a quote inside of a field: put the field in quotes and double the quote");
            add(s);
        }
        return s.toString().strip();
    }

    private String quoted() throws IOException {
        long opened = line;
        StringBuilder s = new StringBuilder();
        step();
        while (true) {
            if (ahead < 0) throw new DataException(name + ":" + opened + ": a quote is opened and not closed before the file ends");
            if (ahead == '"') {
                step();
                if (ahead != '"') break;
            }
            add(s);
        }
        while (ahead == ' ') step();
        if (ahead >= 0 && ahead != separator && ahead != '\n' && ahead != '\r') {
            throw new DataException(name + ":" + line + ": expected a separator behind the closing quote");
        }
        return s.toString();
    }

    private void add(StringBuilder s) throws IOException {
        if (s.length() == longest) throw new DataException(name + ":" + line + ": expected fields of at most " + longest + " characters");
        s.append((char) ahead);
        step();
    }
}
