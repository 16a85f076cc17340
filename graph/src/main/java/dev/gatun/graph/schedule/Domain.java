package dev.gatun.graph.schedule;

/**
 * What a root asks of the loop that computes it.
 *
 * @param elements size of the domain
 * @param rows number of rows; 0 when the root is pointwise and does not care
 * @param inner elements of a row
 * @param stretch rows that one column reduction combines; 0 when there is none
 */
record Domain(long elements, int rows, int inner, int stretch) {
    static Domain flat(long elements) {
        return new Domain(elements, 0, 0, 0);
    }

    boolean isFlat() {
        return rows == 0;
    }

    /** A domain that serves both, or {@code null}. A pointwise root also fits in as one value for each row. */
    static Domain join(Domain a, Domain b) {
        if (a.isFlat() && b.isFlat()) return a.elements == b.elements ? a : null;
        if (a.isFlat()) return join(b, a);
        if (b.isFlat()) return b.elements == a.elements || b.elements == a.rows ? a : null;
        boolean same = a.rows == b.rows && a.inner == b.inner;
        if (!same || a.stretch != 0 && b.stretch != 0 && a.stretch != b.stretch) return null;
        return a.stretch != 0 ? a : b;
    }
}
