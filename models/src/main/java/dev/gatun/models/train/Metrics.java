package dev.gatun.models.train;

import dev.gatun.models.checkpoint.AtomicFile;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Writes a run's metrics, one line of {@code metrics.csv} for each step, and draws its losses. */
public final class Metrics implements Consumer<Progress>, AutoCloseable {
    private final RunFolder folder;
    private final Task task;
    private final BufferedWriter out;
    private final Curve train = new Curve();
    private final Curve validation = new Curve();

    /** Starts {@code metrics.csv} anew. */
    public Metrics(RunFolder folder, Task task) throws IOException {
        this.folder = folder;
        this.task = task;
        out = Files.newBufferedWriter(folder.metrics());
        out.write("step,train_loss," + task.metrics().stream().map(m -> "validation_" + m + ",").collect(Collectors.joining())
                + "learning_rate,gradient_norm," + task.unit() + "s_per_second,seconds\n");
    }

    @Override
    public void accept(Progress p) {
        train.add(p.step(), p.loss());
        if (p.validated()) validation.add(p.step(), p.validationLoss());
        try {
            StringBuilder measured = new StringBuilder();
            for (String m : task.metrics()) measured.append(number(p.validation().get(m))).append(',');
            out.write(String.format(Locale.ROOT, "%d,%.6f,%s%.6g,%.6g,%.1f,%.3f%n", p.step(), p.loss(), measured,
                    p.learningRate(), p.gradientNorm(), p.throughput(), p.seconds()));
            if (p.validated()) out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String number(Double value) {
        return value == null ? "" : String.format(Locale.ROOT, "%.6f", value);
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
        out.close();
    }
}
