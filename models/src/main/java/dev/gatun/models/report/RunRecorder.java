package dev.gatun.models.report;

import dev.gatun.models.checkpoint.AtomicFile;
import dev.gatun.models.checkpoint.CheckpointException;
import dev.gatun.models.events.EventFile;
import dev.gatun.models.metrics.ClassificationReport;
import dev.gatun.models.metrics.ConfusionPicture;
import dev.gatun.models.train.ConfigFields;
import dev.gatun.models.train.Ending;
import dev.gatun.models.train.Metrics;
import dev.gatun.models.train.Note;
import dev.gatun.models.train.Progress;
import dev.gatun.models.train.RunFolder;
import dev.gatun.models.train.RunHistory;
import dev.gatun.models.train.RunJournal;
import dev.gatun.models.train.Trainer;
import dev.gatun.models.train.TrainingListener;
import dev.gatun.models.train.Validation;
import dev.gatun.runtime.EnergyMeter;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Keeps in a run's folder what people look at: {@code metrics.csv}, notes ({@code journal.jsonl}), events for TensorBoard,
 * and at validations and at the end a picture of the losses ({@code loss.svg}) and a page ({@code report.html}). After a step
 * it only adds numbers to buffers; all that takes longer is done after validations and takes at most a twentieth of the
 * run's time, but for the last.
 *
 * <pre>{@code
 * folder.begin(trainer, List.of());
 * try (RunRecorder recorder = new RunRecorder(folder, trainer, EnergyMeter.open(), true)) {
 *     trainer.run(recorder);
 *     recorder.force();
 *     folder.save(trainer);
 * }
 * }</pre>
 */
public final class RunRecorder implements TrainingListener, AutoCloseable {
    /** A page is drawn again after so long. */
    private static final long REDRAW_NANOS = 30_000_000_000L;
    /** Energy counters are read after so long, before they start anew. */
    private static final long READ_NANOS = 10_000_000_000L;
    private static final int SHARE = 20;

    private final RunFolder folder;
    private final Trainer trainer;
    private final Metrics metrics;
    private final RunJournal journal;
    private final EventFile events;
    private final EnergyMeter meter;
    private final List<String> tags = new ArrayList<>();
    private final double[] values;
    private final long first;
    private final long began = System.nanoTime();
    private long spent;
    private long drawn = began;
    private long read = began;
    private double joules;

    /**
     * Goes on with what the folder holds up to the trainer's step, or starts anew at step 0.
     *
     * @param folder that was begun or resumed
     * @param meter what the energy is measured by
     * @param tensorboard whether to write event files
     * @throws CheckpointException when a file there is damaged or another run's
     */
    public RunRecorder(RunFolder folder, Trainer trainer, EnergyMeter meter, boolean tensorboard) throws IOException {
        this.folder = folder;
        this.trainer = trainer;
        this.meter = meter;
        first = trainer.step();
        if (first == 0) Files.deleteIfExists(folder.report());
        metrics = new Metrics(folder, trainer.task(), first);
        journal = new RunJournal(folder, first);
        events = tensorboard ? EventFile.create(folder.path(), first) : null;
        String unit = trainer.task().unit();
        tags.addAll(List.of("loss/train", "learning_rate", "gradient_norm", unit + "s_per_second"));
        for (String m : trainer.task().metrics()) tags.add(m.equals(Validation.LOSS) ? "loss/validation" : "validation/" + m);
        tags.add("joules_per_" + unit);
        values = new double[tags.size()];
        joules = meter.joules();
    }

    @Override
    public void started(Trainer started) {
        journal.add(new Note.Start(first, Instant.now(), Machine.facts(trainer.banner())));
        keep(() -> {
            if (events != null && first == 0) events.text(0, "configuration", configuration());
        });
    }

    /** {@code config.json} as a table in Markdown. */
    private String configuration() throws IOException {
        StringBuilder table = new StringBuilder("| setting | value |\n|---|---|\n");
        for (String part : List.of("model", "training")) {
            ConfigFields fields = folder.description().object(part);
            for (String n : fields.names()) table.append("| ").append(part).append('.').append(n).append(" | ").append(cell(fields.shown(n))).append(" |\n");
        }
        return table.toString();
    }

    private static String cell(String text) {
        return text.replace("\\", "\\\\").replace("|", "\\|").replace("*", "\\*").replace("_", "\\_");
    }

    @Override
    public void stepped(Progress p) {
        metrics.accept(p);
        long now = System.nanoTime();
        if (p.validated() || now - read > READ_NANOS) {
            read = now;
            joules = meter.joules();
        }
        if (events != null) keep(() -> events.scalars(p.step(), tags, numbers(p)));
        if (p.validated()) validated(p);
    }

    private double[] numbers(Progress p) {
        Arrays.fill(values, Double.NaN);
        values[0] = p.loss();
        values[1] = p.learningRate();
        values[2] = p.gradientNorm();
        values[3] = p.throughput();
        if (!p.validated()) return values;
        int i = 4;
        for (String m : trainer.task().metrics()) values[i++] = p.validation().getOrDefault(m, Double.NaN);
        values[i] = joulesPerUnit();
        return values;
    }

    private long units() {
        return (trainer.step() - first) * trainer.unitsPerStep();
    }

    /** Joules that a unit has taken since the trainer was given to this recorder, validation included; NaN where not available. */
    public double joulesPerUnit() {
        return units() == 0 ? Double.NaN : joules / units();
    }

    /** The energy in words. */
    public String energy() {
        return Double.isNaN(joulesPerUnit()) ? "not available: " + (meter.available() ? "no step was done" : meter.reason())
                : EnergyText.each(joulesPerUnit(), trainer.task().unit()) + String.format(Locale.ROOT, ", %,.0f J in all", joules);
    }

    private void validated(Progress p) {
        journal.add(energyNote());
        boolean last = p.step() == p.steps();
        long start = System.nanoTime();
        if (!last && spent > (start - began) / SHARE) return;
        trainer.validation().flatMap(Validation::classes).ifPresent(this::classes);
        trainer.task().sample(trainer.executable(), trainer.settings().seed()).ifPresent(text -> {
            journal.add(new Note.Sample(p.step(), text));
            keep(() -> {
                if (events != null) events.text(p.step(), "sample", text.indent(4)); // so that Markdown leaves it as it is
            });
        });
        if (!last && start - drawn > REDRAW_NANOS) draw();
        spent += System.nanoTime() - start;
    }

    private Note.Energy energyNote() {
        return new Note.Energy(trainer.step(), joules, units(), meter.reason());
    }

    private void classes(ClassificationReport report) {
        journal.add(new Note.Classes(trainer.step(), report));
        keep(() -> {
            if (events != null) events.image(trainer.step(), "confusion", ConfusionPicture.png(report.matrix()));
        });
    }

    /** Draws picture and page of what there is so far. */
    private void draw() {
        drawn = System.nanoTime();
        keep(() -> {
            metrics.flush();
            metrics.draw(trainer.task().kind() + ", " + String.format(Locale.ROOT, "%,d", trainer.parameters().elements()) + " parameters");
            AtomicFile.write(folder.report(), RunPage.html(RunHistory.read(folder), List.of()));
        });
    }

    @Override
    public void ended(Trainer ended, Ending ending) {
        joules = meter.joules();
        journal.add(energyNote());
        journal.add(new Note.End(trainer.step(), Instant.now(), ending));
        if (trainer.step() > 0) draw();
    }

    /** Forces all that was written to disk; to be done before a checkpoint, which the run may go on from. */
    public void force() throws IOException {
        metrics.force();
        journal.force();
        if (events != null) events.flush();
    }

    /** Writes something. */
    @FunctionalInterface
    private interface Writing {
        void run() throws IOException;
    }

    private void keep(Writing writing) {
        try {
            writing.run();
        } catch (IOException e) {
            throw new CheckpointException(folder.path(), "run folder", "cannot be written: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() throws IOException {
        try (metrics; journal; events) {
            // closes all of them, whichever fails
        }
    }
}
