package dev.gatun.tools;

import dev.gatun.models.train.Trainer;
import dev.gatun.models.train.TrainingListener;
import dev.gatun.models.train.Validation;

/** Watches a run that a command starts as a part of something larger, and says when it ends. */
interface RunWatcher extends TrainingListener {
    /** Whether the run ends for now, to be gone on with, and is not to be measured. */
    boolean interrupted();

    /** The run has ended, its checkpoint is saved, and this is what validation found. */
    void validated(Trainer trainer, Validation validation);
}
