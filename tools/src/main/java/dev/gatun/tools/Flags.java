package dev.gatun.tools;

import java.util.Locale;

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

    static void share(String flag, double value) {
        if (!(value > 0 && value < 1)) throw new IllegalArgumentException(flag + " must lie between 0 and 1, got " + value);
    }

    /** Rows and columns, as in 64x64. */
    static int[] size(String flag, String value) {
        String[] sides = value.toLowerCase(Locale.ROOT).split("x", -1);
        try {
            int[] size = {Integer.parseInt(sides[0]), Integer.parseInt(sides[sides.length - 1])};
            if (sides.length <= 2 && size[0] > 0 && size[1] > 0) return size;
        } catch (NumberFormatException e) {
            // as wrong as a third side
        }
        throw new IllegalArgumentException(flag + " takes rows and columns, as in 64x64, got " + value);
    }
}
