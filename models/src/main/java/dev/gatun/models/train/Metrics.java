package dev.gatun.models.train;

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
import java.util.stream.Collectors;

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
        StringBuilder kept = new StringBuilder(head(task));
        if (step > 0 && Files.exists(folder.metrics())) keep(kept, step);
        AtomicFile.write(folder.metrics(), kept.toString());
        out = FileChannel.open(folder.metrics(), StandardOpenOption.APPEND);
    }

    private static String head(Task task) {
        return "step,train_loss," + task.metrics().stream().map(m -> "validation_" + m + ",").collect(Collectors.joining())
                + "learning_rate,gradient_norm," + task.unit() + "s_per_second,seconds\n";
    }

    /** Keeps the lines up to a step, and their losses. A last line without an end was cut off. */
    private void keep(StringBuilder kept, long step) throws IOException {
        Path file = folder.metrics();
        String text = Files.readString(file);
        if (!text.startsWith(kept.toString())) {
            throw new CheckpointException(file, "columns", "expected " + kept.toString().strip() + ", found " + text.lines().findFirst().orElse("nothing"));
        }
        long last = 0;
        for (int at = kept.length(), end = text.indexOf('\n', at); end >= 0; at = end + 1, end = text.indexOf('\n', at)) {
            String line = text.substring(at, end + 1);
            String[] fields = line.split(",");
            try {
                long n = Long.parseLong(fields[0]);
                if (n <= last || n > step) break;
                train.add(n, Double.parseDouble(fields[1]));
                if (!fields[2].isEmpty()) validation.add(n, Double.parseDouble(fields[2]));
                last = n;
            } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
                throw new CheckpointException(file, "line after step " + last, "expected numbers, found " + line.strip(), e);
            }
            kept.append(line);
        }
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
        AtomicFile.write(folder.lossCurve(), LossCurve.svg(title, task.unit(), train, validation));
    }

    @Override
    public void close() throws IOException {
        try (out) {
            write();
        }
    }
}
