package dev.gatun.simd.conv;

import java.lang.foreign.ValueLayout;

/** How single floats are read and written. */
final class Floats {
    static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private Floats() {}
}
