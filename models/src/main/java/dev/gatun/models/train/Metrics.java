package dev.gatun.models.train;

import dev.gatun.models.checkpoint.AtomicFile;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Locale;
import java.util.function.Consumer;

/** Writes a run's metrics, one line of {@code metrics.csv} for each step, and draws its losses. */
public final class Metrics implements Consumer<Progress>, AutoCloseable {
    private static final String HEAD =
            "step,train_loss,validation_loss,learning_rate,gradient_norm,tokens_per_second,seconds\n";

    private final RunFolder folder;
    private final BufferedWriter out;
    private final Curve train = new Curve();
    private final Curve validation = new Curve();

    /** Starts {@code metrics.csv} anew. */
    public Metrics(RunFolder folder) throws IOException {
        this.folder = folder;
        out = Files.newBufferedWriter(folder.metrics());
        out.write(HEAD);
    }

    @Override
    public void accept(Progress p) {
        train.add(p.step(), p.loss());
        if (p.validated()) validation.add(p.step(), p.validationLoss());
        try {
            out.write(String.format(Locale.ROOT, "%d,%.6f,%s,%.6g,%.6g,%.1f,%.3f%n", p.step(), p.loss(),
                    p.validated() ? String.format(Locale.ROOT, "%.6f", p.validationLoss()) : "",
                    p.learningRate(), p.gradientNorm(), p.tokensPerSecond(), p.seconds()));
            if (p.validated()) out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Draws {@code loss.svg}.
     *
     * @param title above the picture
     */
    public void draw(String title) throws IOException {
        AtomicFile.write(folder.lossCurve(), LossCurve.svg(title, train, validation));
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
