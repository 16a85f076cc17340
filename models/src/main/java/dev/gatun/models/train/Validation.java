package dev.gatun.models.train;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a validation found.
 *
 * @param examples looked at
 * @param metrics by name, {@code loss} among them
 */
public record Validation(long examples, Map<String, Double> metrics) {
    /** Name of the metric that every task has. */
    public static final String LOSS = "loss";

    /** Checks that there is a loss. */
    public Validation {
        metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
        if (!metrics.containsKey(LOSS)) throw new IllegalArgumentException("a validation has a loss, got " + metrics.keySet());
    }

    /** Mean loss. */
    public double loss() {
        return metrics.get(LOSS);
    }
}
