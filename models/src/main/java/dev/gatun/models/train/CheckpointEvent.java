package dev.gatun.models.train;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A run was saved, for Flight Recorder. */
@Name("dev.gatun.Checkpoint")
@Label("Checkpoint")
@Description("Weights, optimizer state and settings were written to a run folder")
@Category({"Gatun", "Training"})
@StackTrace(false)
final class CheckpointEvent extends Event {
    @Label("Folder")
    String folder;

    @Label("Step")
    long step;
}
