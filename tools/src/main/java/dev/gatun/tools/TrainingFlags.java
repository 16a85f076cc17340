package dev.gatun.tools;

import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What all commands that train have in common: how to train, on what, and where the run goes. */
final class TrainingFlags {
    @Mixin
    private final TrainingOptions training = new TrainingOptions();

    @Mixin
    private final DeviceOptions device = new DeviceOptions();

    @Mixin
    private final RunOptions run = new RunOptions();

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    TrainingOptions training() {
        return training;
    }

    DeviceOptions device() {
        return device;
    }

    RunOptions run() {
        return run;
    }

    /** The command's. */
    CommandSpec spec() {
        return spec;
    }
}
