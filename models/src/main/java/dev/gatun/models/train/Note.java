package dev.gatun.models.train;

import dev.gatun.models.metrics.ClassificationReport;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** Something worth keeping of a run besides the numbers of each step. */
public sealed interface Note {
    /** Steps done when it was taken. */
    long step();

    /**
     * A process began, or went on with, the run.
     *
     * @param machine what it runs on, by names that people read
     */
    record Start(long step, Instant time, Map<String, String> machine) implements Note {
        public Start {
            machine = Collections.unmodifiableMap(new LinkedHashMap<>(machine));
        }
    }

    /** What a language model wrote. */
    record Sample(long step, String text) implements Note {}

    /** What a validation found of a classifier. */
    record Classes(long step, ClassificationReport report) implements Note {}

    /**
     * What the process has taken since it started.
     *
     * @param joules NaN where not available
     * @param units that were trained on for it
     * @param reason why it is not available; empty where it is
     */
    record Energy(long step, double joules, long units, String reason) implements Note {}

    /** The training of a process came to an end. */
    record End(long step, Instant time, Ending ending) implements Note {}
}
