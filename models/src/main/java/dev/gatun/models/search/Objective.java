package dev.gatun.models.search;

import java.util.Map;
import java.util.function.ToDoubleFunction;

/** What is measured. Called by several threads at once when trials run in parallel. */
@FunctionalInterface
public interface Objective {
    /**
     * What was measured.
     *
     * @param value to be made small or large
     * @param metrics whatever else was measured, by name
     * @param steps of training so far; 0 where there is no such thing
     */
    record Measured(double value, Map<String, Double> metrics, long steps) {}

    /**
     * Runs a trial up to the share of its stage, from where the stage before it ended.
     *
     * @throws InterruptedException when the stage was asked to stop; its trial goes on when the search is run again
     * @throws SearchException when the whole search makes no sense
     * @throws Exception any other fails the trial, with its message as the reason; the search goes on
     */
    Measured measure(Stage stage) throws Exception;

    /** A function of the point alone. */
    static Objective of(ToDoubleFunction<Point> function) {
        return stage -> new Measured(function.applyAsDouble(stage.point()), Map.of(), 0);
    }
}
