package dev.gatun.runtime;

import java.util.Locale;

/** Ways to run a plan. */
public enum Backend {
    /** The fastest that is available here. */
    AUTO,
    /** Generated Vector-API loops and matrix products, pure Java. */
    SIMD,
    /** As {@link #SIMD}, with matrix products by the oneDNN library. */
    ONEDNN,
    /** Plain loops in double precision: the slow twin that the others are tested against. */
    REFERENCE;

    /** The name as options take it: {@code simd}. */
    public String option() {
        return name().toLowerCase(Locale.ROOT);
    }
}
