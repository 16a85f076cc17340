package dev.gatun.models.search;

import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/**
 * One of several values without an order.
 *
 * @param name of the setting
 * @param values all different, at least one
 */
public record Choice(String name, List<String> values) implements Dimension {
    /** Checks the values. */
    public Choice {
        values = List.copyOf(values);
        if (values.isEmpty()) throw new IllegalArgumentException(name + ": there is nothing to choose from");
        if (Set.copyOf(values).size() < values.size()) throw new IllegalArgumentException(name + ": a value is named twice in " + values);
    }

    @Override
    public OptionalLong count() {
        return OptionalLong.of(values.size());
    }

    @Override
    public String value(long index) {
        if (index < 0 || index >= values.size()) throw new IllegalArgumentException(name + " has " + values.size() + " values, not one of index " + index);
        return values.get((int) index);
    }

    @Override
    public String at(double position) {
        return values.get((int) (position * values.size()));
    }

    @Override
    public double position(String value) {
        return (index(value) + 0.5) / values.size();
    }

    int index(String value) {
        int i = values.indexOf(value);
        if (i < 0) throw new IllegalArgumentException(name + " is one of " + values + ", not '" + value + "'");
        return i;
    }
}
