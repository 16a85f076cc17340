package dev.gatun.models.train;

import dev.gatun.models.chart.Curve;
import dev.gatun.models.chart.LinePlot;
import dev.gatun.models.checkpoint.AtomicFile;
import dev.gatun.models.checkpoint.CheckpointException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.function.Consumer;

/** Writes a run's metrics, one line of {@code metrics.csv} for each step, and draws its losses. */
public final class Metrics implements Consumer<Progress>, AutoCloseable {
    /** Lines wait in memory until there are so many characters, or a step that validates. */
    private static final int WAITING = 1 << 13;

    private final RunFolder folder;
    private final Task task;
    private final FileChannel out;
    private final StringBuilder waiting = new StringBuilder();
    private final Curve train = new Curve();
    private final Curve validation = new Curve();

    /** Starts {@code metrics.csv} anew. */
    public Metrics(RunFolder folder, Task task) throws IOException {
        this(folder, task, 0);
    }

    /**
     * Goes on with {@code metrics.csv}.
     *
     * @param step that the run goes on from; lines of later steps are dropped, for they will come again
     * @throws CheckpointException when the file's columns are not this task's
     */
    public Metrics(RunFolder folder, Task task, long step) throws IOException {
        this.folder = folder;
        this.task = task;
        StringBuilder kept = new StringBuilder(MetricsFile.head(task));
        if (step > 0 && Files.exists(folder.metrics())) keep(kept, step);
        AtomicFile.write(folder.metrics(), kept.toString());
        out = FileChannel.open(folder.metrics(), StandardOpenOption.APPEND);
    }

    /** Keeps the lines up to a step, and their losses. */
    private void keep(StringBuilder kept, long step) throws IOException {
        MetricsFile file = MetricsFile.open(folder.metrics());
        String expected = kept.toString().strip();
        if (!String.join(",", file.columns()).equals(expected)) {
            throw new CheckpointException(folder.metrics(), "columns", "expected " + expected + ", found " + String.join(",", file.columns()));
        }
        file.read((line, values) -> {
            if (values[0] > step) return false;
            train.add(values[0], values[1]);
            if (!Double.isNaN(values[2])) validation.add(values[0], values[2]);
            kept.append(line).append('\n');
            return true;
        });
    }

    @Override
    public void accept(Progress p) {
        train.add(p.step(), p.loss());
        if (p.validated()) validation.add(p.step(), p.validationLoss());
        StringBuilder measured = new StringBuilder();
        for (String m : task.metrics()) measured.append(number(p.validation().get(m))).append(',');
        waiting.append(String.format(Locale.ROOT, "%d,%.6f,%s%.6g,%.6g,%.1f,%.3f\n", p.step(), p.loss(), measured,
                p.learningRate(), p.gradientNorm(), p.throughput(), p.seconds()));
        if (p.validated() || waiting.length() > WAITING) write();
    }

    private static String number(Double value) {
        return value == null ? "" : String.format(Locale.ROOT, "%.6f", value);
    }

    /**
     * Writes the lines that wait.
     *
     * @throws CheckpointException when that fails, on a full disk say
     */
    private void write() {
        ByteBuffer bytes = ByteBuffer.wrap(waiting.toString().getBytes(StandardCharsets.UTF_8));
        waiting.setLength(0);
        try {
            while (bytes.hasRemaining()) out.write(bytes);
        } catch (IOException e) {
            throw new CheckpointException(folder.metrics(), "file", "cannot be written: " + e.getMessage(), e);
        }
    }

    /** Hands all lines so far to the system, for those who read the file. */
    public void flush() {
        write();
    }

    /** Forces all lines so far to disk. */
    public void force() throws IOException {
        write();
        out.force(false);
    }

    /**
     * Draws {@code loss.svg}.
     *
     * @param title above the picture
     */
    public void draw(String title) throws IOException {
        LinePlot plot = new LinePlot(title, "loss (nats per " + task.unit() + ")").line("train", train).line("validation", validation);
        AtomicFile.write(folder.lossCurve(), plot.picture());
    }

    @Override
    public void close() throws IOException {
        try (out) {
            write();
        }
    }
}
