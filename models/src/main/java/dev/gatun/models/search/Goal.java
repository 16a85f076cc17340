package dev.gatun.models.search;

/** What is better. */
public enum Goal {
    MINIMIZE,
    MAXIMIZE;

    /** A number that is smaller for what is better. */
    double cost(double value) {
        return this == MINIMIZE ? value : -value;
    }
}
