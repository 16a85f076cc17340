package dev.gatun.models.train;

/** Why a run ended. */
public enum Ending {
    /** All its steps are done. */
    FINISHED,
    /** Somebody asked. */
    STOPPED,
    /** Validation brought nothing better for as long as the settings have patience. */
    NO_PROGRESS
}
