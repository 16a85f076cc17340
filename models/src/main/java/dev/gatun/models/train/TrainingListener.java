package dev.gatun.models.train;

/** Hears of a run. All methods are called by the thread that trains, between its steps. */
@FunctionalInterface
public interface TrainingListener {
    /** After each step. */
    void stepped(Progress progress);

    /** Before the first step of a run, also of one that is resumed. */
    default void started(Trainer trainer) {}

    /** After the last step. */
    default void ended(Trainer trainer, Ending ending) {}

    /** Asked before each step; true ends the run. */
    default boolean stops() {
        return false;
    }
}
