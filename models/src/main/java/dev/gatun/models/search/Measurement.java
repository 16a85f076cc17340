package dev.gatun.models.search;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a trial came to at a rung.
 *
 * @param value of the objective, finite
 * @param metrics whatever else was measured, by name; those that are no finite numbers are left out
 * @param steps of training so far
 * @param seconds that the trial has taken so far, all rungs together
 */
public record Measurement(double value, Map<String, Double> metrics, long steps, double seconds) {
    /** Keeps the order of the metrics. */
    public Measurement {
        Map<String, Double> finite = new LinkedHashMap<>(metrics);
        finite.values().removeIf(v -> !Double.isFinite(v));
        metrics = Collections.unmodifiableMap(finite);
    }
}
