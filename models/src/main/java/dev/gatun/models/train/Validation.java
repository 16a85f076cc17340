package dev.gatun.models.train;

import dev.gatun.models.metrics.ClassificationReport;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a validation found.
 *
 * @param examples looked at
 * @param metrics by name, {@code loss} among them
 * @param classes what was found of a classifier
 */
public record Validation(long examples, Map<String, Double> metrics, Optional<ClassificationReport> classes) {
    /** Name of the metric that every task has. */
    public static final String LOSS = "loss";

    /** Checks that there is a loss. */
    public Validation {
        metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
        if (!metrics.containsKey(LOSS)) throw new IllegalArgumentException("a validation has a loss, got " + metrics.keySet());
    }

    /** Of a model that is no classifier. */
    public Validation(long examples, Map<String, Double> metrics) {
        this(examples, metrics, Optional.empty());
    }

    /** Mean loss. */
    public double loss() {
        return metrics.get(LOSS);
    }
}
