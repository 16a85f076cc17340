package dev.gatun.models.optim;

/** Ranges of settings; the messages name the setting. */
final class Checks {
    private Checks() {}

    static void fraction(String name, double value) {
        if (!(value >= 0 && value < 1)) throw new IllegalArgumentException(name + " must lie in [0,1), got " + value);
    }

    static void atLeastZero(String name, double value) {
        if (!(value >= 0) || Double.isInfinite(value)) {
            throw new IllegalArgumentException(name + " must be a number of at least 0, got " + value);
        }
    }
}
