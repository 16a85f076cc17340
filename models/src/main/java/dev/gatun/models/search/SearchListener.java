package dev.gatun.models.search;

/** Hears how a search goes. All methods are called by the thread that runs it. */
public interface SearchListener {
    /** Hears nothing. */
    SearchListener NONE = new SearchListener() {};

    /** A stage of a trial begins. */
    default void began(Stage stage) {}

    /** A stage has ended: its trial was measured, or failed. The journal has it. */
    default void ended(Trial trial) {}
}
