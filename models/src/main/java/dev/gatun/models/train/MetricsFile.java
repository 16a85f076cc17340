package dev.gatun.models.train;

import dev.gatun.models.checkpoint.CheckpointException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The lines of a {@code metrics.csv}: a step and numbers, NaN where nothing was measured. */
final class MetricsFile {
    static final String STEP = "step";
    static final String TRAIN_LOSS = "train_loss";
    static final String VALIDATION = "validation_";
    static final String LEARNING_RATE = "learning_rate";
    static final String GRADIENT_NORM = "gradient_norm";
    static final String PER_SECOND = "s_per_second";
    static final String SECONDS = "seconds";

    private final Path file;
    private final List<String> columns;

    /** Takes a line. */
    @FunctionalInterface
    interface Visitor {
        /**
         * Sees a line; false ends the reading.
         *
         * @param text without its end
         * @param values as many as there are columns; only valid during the call
         */
        boolean accept(String text, double[] values);
    }

    private MetricsFile(Path file, List<String> columns) {
        this.file = file;
        this.columns = columns;
    }

    /**
     * Reads a file's first line.
     *
     * @throws CheckpointException when there is no file, or its columns are not a run's
     */
    static MetricsFile open(Path file) throws IOException {
        if (!Files.isRegularFile(file)) throw new CheckpointException(file, "file", "does not exist: the run has done no step yet");
        String head;
        try (BufferedReader in = Files.newBufferedReader(file)) {
            head = in.readLine();
        } catch (CharacterCodingException e) {
            throw new CheckpointException(file, "columns", "expected text in UTF-8", e);
        }
        if (head == null || !head.startsWith(STEP + "," + TRAIN_LOSS + ",")) {
            throw new CheckpointException(file, "columns", "expected " + STEP + "," + TRAIN_LOSS + ",..., found " + (head == null ? "nothing" : shortened(head)));
        }
        return new MetricsFile(file, List.of(head.split(",", -1)));
    }

    List<String> columns() {
        return columns;
    }

    /**
     * Reads the lines. A last one without an end was cut off and is left out.
     *
     * @throws CheckpointException for a line that does not hold numbers, or whose step is not above the one before
     */
    void read(Visitor visitor) throws IOException {
        double[] values = new double[columns.size()];
        try (BufferedReader in = Files.newBufferedReader(file)) {
            in.readLine();
            String line = in.readLine();
            long step = 0;
            for (String next = in.readLine(); line != null; line = next, next = next == null ? null : in.readLine()) {
                if (next == null && !endsWithLine(file)) return;
                parse(line, values, step);
                step = (long) values[0];
                if (!visitor.accept(line, values)) return;
            }
        } catch (CharacterCodingException e) {
            throw new CheckpointException(file, "file", "expected text in UTF-8", e);
        }
    }

    /** Whether a file ends with a line's end. */
    static boolean endsWithLine(Path file) throws IOException {
        try (SeekableByteChannel channel = Files.newByteChannel(file)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            if (channel.size() == 0) return false;
            channel.position(channel.size() - 1).read(one);
            return one.get(0) == '\n';
        }
    }

    private void parse(String line, double[] values, long before) {
        String[] fields = line.split(",", -1);
        String where = "line after step " + before;
        if (fields.length != values.length) {
            throw new CheckpointException(file, where, "expected " + values.length + " numbers, found " + shortened(line));
        }
        try {
            long step = Long.parseLong(fields[0]);
            if (step <= before) throw new CheckpointException(file, where, "expected a later step, found " + step);
            values[0] = step;
            for (int i = 1; i < fields.length; i++) values[i] = fields[i].isEmpty() ? Double.NaN : Double.parseDouble(fields[i]);
        } catch (NumberFormatException e) {
            throw new CheckpointException(file, where, "expected numbers, found " + shortened(line), e);
        }
    }

    private static String shortened(String line) {
        return line.length() <= 80 ? line : line.substring(0, 80) + "...";
    }

    /** The first line that a task's file has, with its end. */
    static String head(Task task) {
        return STEP + "," + TRAIN_LOSS + "," + String.join("", task.metrics().stream().map(m -> VALIDATION + m + ",").toList())
                + String.join(",", List.of(LEARNING_RATE, GRADIENT_NORM, task.unit() + PER_SECOND, SECONDS)) + "\n";
    }
}
