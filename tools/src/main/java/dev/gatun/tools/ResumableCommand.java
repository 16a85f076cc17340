package dev.gatun.tools;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** A command that trains, and with {@code --resume} goes on by the flags that its run was started with. */
interface ResumableCommand extends Callable<Integer> {
    /** The flags that all such commands have. */
    TrainingFlags flags();

    /** Where the run goes, and whether it goes on from another. */
    default RunOptions run() {
        return flags().run();
    }

    default CommandSpec spec() {
        return flags().spec();
    }

    /** The same command without any flags. */
    ResumableCommand fresh();

    /** How it trains where no flag says otherwise, for its help. */
    List<String> usual();

    /** Trains by the flags as they are; returns the exit code. */
    int train() throws Exception;

    @Override
    default Integer call() throws Exception {
        run().check();
        List<String> arguments = run().replay(spec());
        if (arguments.isEmpty()) return train();
        ResumableCommand again = fresh();
        again.run().replayed(run());
        Gatun.configured(new CommandLine(again), spec().commandLine().getOut(), spec().commandLine().getErr())
                .setOverwrittenOptionsAllowed(true)
                .parseArgs(arguments.toArray(String[]::new));
        return again.train();
    }
}
