package dev.gatun.models.search;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Settings with the values that they may have.
 *
 * @param dimensions at least one, no two of one name
 */
public record SearchSpace(List<Dimension> dimensions) {
    /** Checks the names. */
    public SearchSpace {
        dimensions = List.copyOf(dimensions);
        if (dimensions.isEmpty()) throw new IllegalArgumentException("a search needs a setting to search over");
        List<String> names = dimensions.stream().map(Dimension::name).toList();
        for (int i = 0; i < names.size(); i++) {
            if (names.indexOf(names.get(i)) < i) throw new IllegalArgumentException(names.get(i) + " is searched over twice");
        }
    }

    /** Of dimensions. */
    public static SearchSpace of(Dimension... dimensions) {
        return new SearchSpace(List.of(dimensions));
    }

    /** Number of points; empty where there is no end of them, or more than a long counts. */
    public OptionalLong combinations() {
        long n = 1;
        for (Dimension d : dimensions) {
            if (d.count().isEmpty() || Math.multiplyHigh(n, d.count().getAsLong()) != 0 || n * d.count().getAsLong() < 0) return OptionalLong.empty();
            n *= d.count().getAsLong();
        }
        return OptionalLong.of(n);
    }

    /**
     * A point by its index below {@link #combinations}; the last setting changes the fastest.
     *
     * @throws IllegalArgumentException when a dimension's values cannot be counted
     */
    public Point point(long index) {
        List<String> values = new ArrayList<>();
        long rest = index;
        for (Dimension d : dimensions.reversed()) {
            long n = d.count().orElse(1);
            values.addFirst(d.value(rest % n));
            rest /= n;
        }
        return point(values);
    }

    /** The point at a position in [0,1) for each dimension. */
    Point at(double[] positions) {
        List<String> values = new ArrayList<>();
        for (int i = 0; i < positions.length; i++) values.add(dimensions.get(i).at(positions[i]));
        return point(values);
    }

    private Point point(List<String> values) {
        Map<String, String> named = new LinkedHashMap<>();
        for (int i = 0; i < values.size(); i++) named.put(dimensions.get(i).name(), values.get(i));
        return new Point(named);
    }

    /**
     * Where a point stands in each dimension.
     *
     * @throws IllegalArgumentException when it is no point of this space
     */
    double[] positions(Point p) {
        return dimensions.stream().mapToDouble(d -> d.position(p.text(d.name()))).toArray();
    }
}
