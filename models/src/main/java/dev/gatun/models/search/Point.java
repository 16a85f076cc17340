package dev.gatun.models.search;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A value for each setting.
 *
 * @param values by name, in the order of the space
 */
public record Point(Map<String, String> values) {
    /** Keeps the order. */
    public Point {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    /**
     * A setting as it is written.
     *
     * @throws IllegalArgumentException when there is none of that name
     */
    public String text(String name) {
        String v = values.get(name);
        if (v == null) throw new IllegalArgumentException("the search has no " + name + ", it has " + values.keySet());
        return v;
    }

    /** A setting as a number. */
    public double real(String name) {
        return Double.parseDouble(text(name));
    }

    /** A setting as a whole number. */
    public long whole(String name) {
        return Long.parseLong(text(name));
    }
}
