package dev.gatun.tools;

/** Rules of flags; the messages name the flag. */
final class Flags {
    private Flags() {}

    static void atLeastOne(String flag, int value) {
        if (value < 1) throw new IllegalArgumentException(flag + " must be at least 1, got " + value);
    }

    static void atLeastZero(String flag, double value) {
        if (!(value >= 0) || Double.isInfinite(value)) {
            throw new IllegalArgumentException(flag + " must be a number of at least 0, got " + (value == Math.rint(value) ? "" + (long) value : value));
        }
    }

    static void positive(String flag, double value) {
        if (!(value > 0) || Double.isInfinite(value)) {
            throw new IllegalArgumentException(flag + " must be a number above 0, got " + value);
        }
    }
}
