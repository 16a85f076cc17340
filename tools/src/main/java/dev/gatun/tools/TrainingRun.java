package dev.gatun.tools;

import dev.gatun.models.report.RunRecorder;
import dev.gatun.models.train.Checkpoint;
import dev.gatun.models.train.Ending;
import dev.gatun.models.train.Progress;
import dev.gatun.models.train.RunFolder;
import dev.gatun.models.train.Task;
import dev.gatun.models.train.Trainer;
import dev.gatun.models.train.TrainingListener;
import dev.gatun.models.train.TrainingSettings;
import dev.gatun.models.train.Validation;
import dev.gatun.runtime.Compiler;
import dev.gatun.runtime.EnergyMeter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import picocli.CommandLine;

/**
 * One training run on the command line, of whatever kind of model: progress, checkpoint at the end or on Ctrl-C, a last
 * validation, and what the command shows then.
 */
final class TrainingRun {
    private static final int INTERRUPTED = 130;
    private static final int FINAL_BATCHES = 200;
    private static final long SAVE_SECONDS = 120;

    private final PrintWriter out;
    private final PrintWriter err;
    private final Trainer trainer;
    private final RunFolder folder;
    private final RunOptions options;
    private final AtomicBoolean stop = new AtomicBoolean();
    private final CountDownLatch saved = new CountDownLatch(1);

    TrainingRun(PrintWriter out, PrintWriter err, Trainer trainer, RunFolder folder, RunOptions options) {
        this.out = out;
        this.err = err;
        this.trainer = trainer;
        this.folder = folder;
        this.options = options;
    }

    /**
     * Trains in a new run folder, or in that of the run that a command goes on with.
     *
     * @param name of a new folder, before the time
     * @param banner says what is done, before it
     * @param ending shows what the trained model can do
     * @return the exit code
     */
    static int of(ResumableCommand command, Compiler compiler, Task task, TrainingSettings settings, String name, Consumer<RunFolder> banner,
            BiConsumer<Trainer, RunFolder> ending) throws IOException {
        RunFolder resumed = command.run().resumed();
        RunFolder folder = resumed != null ? resumed : command.run().create(name);
        banner.accept(folder);
        try (Trainer trainer = new Trainer(compiler, task, settings)) {
            if (resumed != null) folder.resume(trainer);
            else folder.begin(trainer, RunOptions.given(command.spec()));
            CommandLine line = command.spec().commandLine();
            return new TrainingRun(line.getOut(), line.getErr(), trainer, folder, command.run()).run(stop -> ending.accept(trainer, folder));
        }
    }

    /** Ends the run after the step under way. */
    void stop() {
        stop.set(true);
    }

    /**
     * Trains.
     *
     * @param ending shows what the trained model can do; its argument tells when the user wants it to end
     * @return the exit code
     */
    int run(Consumer<BooleanSupplier> ending) throws IOException {
        out.printf(Locale.ROOT, "memory   %.1f MiB for %,d parameters, their optimizer state and all activations%n",
                trainer.executable().arenaBytes() / 1048576.0, trainer.parameters().elements());
        if (trainer.step() > 0) out.printf(Locale.ROOT, "resumed  at step %,d of %,d%n", trainer.step(), trainer.settings().steps());
        out.flush();
        if (options.watcher() != null) return train(ending); // whose owner also takes care of Ctrl-C
        Thread hook = new Thread(this::interrupted, "gatun-interrupt");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            return train(ending);
        } finally {
            saved.countDown();
            if (!stop.get()) Runtime.getRuntime().removeShutdownHook(hook);
        }
    }

    /** Saves a checkpoint, whose metrics are on disk before it. */
    private Checkpoint save(RunRecorder recorder) {
        try {
            recorder.force();
            return folder.save(trainer, options.keep());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Of a run that stops early, keeps the weights of the best validation. */
    private void keepBest() {
        if (trainer.settings().patience() == 0 || !trainer.isBest()) return;
        try {
            folder.keepBest(trainer);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs when the JVM is told to end: waits for the step under way and its checkpoint. */
    private void interrupted() {
        stop();
        try {
            saved.await(SAVE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private int train(Consumer<BooleanSupplier> ending) throws IOException {
        RunWatcher watcher = options.watcher();
        Ending why;
        Checkpoint last;
        String energy;
        try (RunRecorder recorder = new RunRecorder(folder, trainer, EnergyMeter.open(), options.tensorboard());
                ProgressLine line = watcher == null ? ProgressLine.of(out) : new ProgressLine(out, false)) {
            why = trainer.run(recorder, watcher == null ? p -> {} : watcher, new TrainingListener() {
                @Override
                public void stepped(Progress p) {
                    line.accept(p);
                    keepBest();
                    if (options.every() > 0 && p.step() % options.every() == 0) save(recorder);
                }

                @Override
                public boolean stops() {
                    return stop.get();
                }
            });
            last = save(recorder);
            energy = recorder.energy();
        }
        if (why == Ending.NO_PROGRESS) {
            out.printf(Locale.ROOT, "stopped  after step %,d: the validation loss of step %,d, %.4f, is still the best%n", trainer.step(),
                    trainer.bestStep(), trainer.bestValidation());
        }
        if (stop.get() || watcher != null && watcher.interrupted()) {
            err.printf("gatun: interrupted: checkpoint of step %,d saved; go on with --resume %s%n", trainer.step(), folder.path());
            err.flush();
            return INTERRUPTED;
        }
        if (last.holdsBest() && trainer.bestStep() < trainer.step()) {
            folder.readWeights(trainer.evaluated(), trainer.executable());
            out.printf(Locale.ROOT, "weights  of step %,d, which validated best%n", trainer.bestStep());
        }
        Validation v = trainer.validate(Math.max(FINAL_BATCHES, trainer.settings().evaluateBatches()));
        String metrics = v.metrics().entrySet().stream()
                .map(m -> String.format(Locale.ROOT, "%s %.4f", m.getKey(), m.getValue())).collect(Collectors.joining(", "));
        out.printf("energy   %s%n", energy);
        out.printf("report   %s%n", folder.report());
        out.printf(Locale.ROOT, "validation %s over %,d %ss%n", metrics, v.examples(), trainer.task().example());
        out.flush();
        if (watcher == null) ending.accept(stop::get);
        else watcher.validated(trainer, v);
        return 0;
    }
}
