package dev.gatun.models.search;

import java.util.List;

/**
 * A point and what came of it.
 *
 * @param number from 0, in the order of proposal
 * @param point that is tried
 * @param measurements one for each rung so far
 * @param status how far it is
 * @param failure why it failed, in one line; empty when it did not
 */
public record Trial(int number, Point point, List<Measurement> measurements, Status status, String failure) {
    /** How far a trial is. */
    public enum Status {
        /** Under way, or waiting to go on. */
        OPEN,
        /** Measured in full. */
        FINISHED,
        /** Measured on the way, and then not good enough to go on. */
        HALTED,
        /** Ended without a measurement. */
        FAILED
    }

    /** Keeps copies. */
    public Trial {
        measurements = List.copyOf(measurements);
    }

    /** Whether anything was measured. */
    public boolean measured() {
        return !measurements.isEmpty();
    }

    /** The latest measurement. */
    public Measurement last() {
        return measurements.getLast();
    }
}
