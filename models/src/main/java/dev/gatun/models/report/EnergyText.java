package dev.gatun.models.report;

import java.util.Locale;

/** Energy in words. */
public final class EnergyText {
    private EnergyText() {}

    /**
     * What a unit of work takes: {@code 3.21 mJ per token}.
     *
     * @param joules for one
     * @param unit in the singular
     */
    public static String each(double joules, String unit) {
        String number = joules >= 1 ? String.format(Locale.ROOT, "%.3g J", joules)
                : joules >= 1e-3 ? String.format(Locale.ROOT, "%.3g mJ", 1e3 * joules)
                : String.format(Locale.ROOT, "%.3g µJ", 1e6 * joules);
        return number + " per " + unit;
    }
}
