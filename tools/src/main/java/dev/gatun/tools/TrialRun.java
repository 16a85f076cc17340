package dev.gatun.tools;

import dev.gatun.models.ready.Closest;
import dev.gatun.models.search.Objective;
import dev.gatun.models.search.SearchException;
import dev.gatun.models.search.Stage;
import dev.gatun.models.train.Progress;
import dev.gatun.models.train.RunFolder;
import dev.gatun.models.train.Trainer;
import dev.gatun.models.train.Validation;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import picocli.CommandLine;

/**
 * Runs the stages of a search's trials: each is a call of the command that trains, in this process, into a run folder of
 * its own. A trial that was stopped, by its rung or by a kill, goes on from its checkpoint with {@code --resume}.
 *
 * @param flags of the trials
 * @param folder of the search
 * @param metric that is the objective
 * @param threads of a trial
 * @param progress hears of each step, from the thread of its trial
 */
record TrialRun(TrialFlags flags, TuneFolder folder, String metric, int threads, BiConsumer<Stage, Progress> progress) implements Objective {
    @Override
    public Measured measure(Stage stage) throws Exception {
        Path run = folder.trial(stage.number());
        if (!RunFolder.isRun(run)) TuneFolder.delete(run); // a process was killed before it had begun
        List<String> arguments = new ArrayList<>(flags.arguments(stage.point()));
        arguments.addAll(List.of("--threads=" + threads, "--out=" + run, "--resume"));
        Watch watch = new Watch(stage);
        try (PrintWriter log = log(stage)) {
            CommandLine line = TrialFlags.command(flags.model()).setOut(log).setErr(log);
            line.parseArgs(arguments.toArray(String[]::new));
            ResumableCommand command = line.getCommand();
            command.run().watch(watch);
            run(command, log);
        }
        if (watch.interrupted() && watch.validation == null) throw new InterruptedException("the search was stopped");
        return new Measured(watch.validation.metrics().get(metric), watch.validation.metrics(), watch.step);
    }

    /** Runs a command; a failure that nobody foresaw leaves its trace in the log. */
    private static void run(ResumableCommand command, PrintWriter log) throws Exception {
        try {
            command.call();
        } catch (SearchException | InterruptedException e) {
            throw e;
        } catch (Exception e) {
            e.printStackTrace(log);
            throw new IllegalStateException(Failures.line(e), e);
        }
    }

    private PrintWriter log(Stage stage) throws IOException {
        Path file = folder.log(stage.number());
        Files.createDirectories(file.getParent());
        return new PrintWriter(Files.newBufferedWriter(file, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND));
    }

    /** Ends a run at its rung. */
    private final class Watch implements RunWatcher {
        private final Stage stage;
        private long end;
        private long step;
        private Validation validation;

        Watch(Stage stage) {
            this.stage = stage;
        }

        @Override
        public void started(Trainer trainer) {
            if (!trainer.task().metrics().contains(metric)) {
                throw new SearchException("training of " + flags.model() + " measures " + String.join(", ", trainer.task().metrics()) + ", and not '" + metric + "'"
                        + Closest.question(metric, trainer.task().metrics()));
            }
            step = trainer.step();
            end = Math.max(1, (long) Math.ceil(stage.share() * trainer.settings().steps()));
        }

        @Override
        public void stepped(Progress p) {
            step = p.step();
            progress.accept(stage, p);
        }

        @Override
        public boolean stops() {
            return step >= end || interrupted();
        }

        @Override
        public boolean interrupted() {
            return stage.stopped().getAsBoolean();
        }

        @Override
        public void validated(Trainer trainer, Validation v) {
            validation = v;
        }
    }
}
