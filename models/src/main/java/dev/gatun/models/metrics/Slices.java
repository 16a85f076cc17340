package dev.gatun.models.metrics;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/**
 * Any metric, group by group: what is measured of each value of a column, say.
 *
 * @param <M> what measures, {@link Classification} for example
 */
public final class Slices<M> {
    private static final int MOST = 1_000;

    private final Supplier<M> metric;
    private final Map<String, M> groups = new TreeMap<>();

    /**
     * No groups yet.
     *
     * @param metric makes one that has measured nothing
     */
    public Slices(Supplier<M> metric) {
        this.metric = metric;
    }

    /**
     * The metric of a group, to take in an example of it.
     *
     * @throws IllegalArgumentException when there are more than 1,000 groups
     */
    public M of(String group) {
        M m = groups.get(group);
        if (m != null) return m;
        if (groups.size() == MOST) throw new IllegalArgumentException("more than " + MOST + " groups: choose what has fewer values");
        m = metric.get();
        groups.put(group, m);
        return m;
    }

    /**
     * Takes in all that other slices saw.
     *
     * @param add adds the second metric to the first
     */
    public void merge(Slices<M> other, BiConsumer<M, M> add) {
        other.groups.forEach((group, m) -> add.accept(of(group), m));
    }

    /** The metrics by group, in the order of their names. */
    public Map<String, M> all() {
        return Collections.unmodifiableMap(groups);
    }
}
