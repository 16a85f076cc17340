package dev.gatun.models.search;

import java.util.OptionalLong;

/**
 * A setting and the values that it may have. Values are texts, as one would type them, so that a proposal, its record and
 * its use never differ. Positions in [0,1) stand for values such that uniform positions draw what the dimension asks for:
 * on a logarithmic range, values uniform in their logarithm.
 */
public sealed interface Dimension permits Choice, Range {
    /** Name of the setting. */
    String name();

    /** Number of values; empty where there is no end of them. */
    OptionalLong count();

    /**
     * A value by its index.
     *
     * @throws IllegalArgumentException when the values cannot be counted, or for an index outside of {@link #count}
     */
    String value(long index);

    /** The value at a position in [0,1). */
    String at(double position);

    /**
     * Where a value stands: the middle of the positions that give it.
     *
     * @throws IllegalArgumentException when it lies outside of this dimension
     */
    double position(String value);
}
