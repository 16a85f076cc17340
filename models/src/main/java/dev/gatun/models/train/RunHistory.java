package dev.gatun.models.train;

import dev.gatun.models.chart.Curve;
import dev.gatun.models.checkpoint.CheckpointException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a run folder tells of how a run went, in memory that does not grow with the number of steps. */
public final class RunHistory {
    /** Lines that are kept number by number. */
    private static final int ROWS = 32;
    private static final int FEW = 4;

    private final RunFolder folder;
    private final ConfigFields config;
    private final List<String> columns;
    private final Map<String, Curve> curves = new LinkedHashMap<>();
    private final List<Note> notes;
    private final Spread steps = new Spread();
    private final Spread validations = new Spread();
    private final double[] last;
    private double best = Double.POSITIVE_INFINITY;
    private long bestStep;

    private RunHistory(RunFolder folder) throws IOException {
        this.folder = folder;
        config = folder.description();
        MetricsFile file = MetricsFile.open(folder.metrics());
        columns = file.columns();
        last = new double[columns.size()];
        Arrays.fill(last, Double.NaN);
        columns.forEach(c -> curves.put(c, new Curve()));
        notes = List.copyOf(RunJournal.read(folder.journal()));
        file.read((line, values) -> {
            take(values);
            return true;
        });
        if (Double.isNaN(last[0])) throw new CheckpointException(folder.metrics(), "file", "has no line: the run has done no step yet");
    }

    /**
     * Reads a run folder.
     *
     * @throws CheckpointException when a file is missing or damaged, naming it and the line
     */
    public static RunHistory read(RunFolder folder) throws IOException {
        return new RunHistory(folder);
    }

    private void take(double[] values) {
        for (int i = 1; i < values.length; i++) {
            if (Double.isNaN(values[i])) continue;
            last[i] = values[i];
            if (Double.isFinite(values[i])) curves.get(columns.get(i)).add(values[0], values[i]);
        }
        last[0] = values[0];
        int validation = columns.indexOf(MetricsFile.VALIDATION + Validation.LOSS);
        if (validation > 0 && values[validation] < best) {
            best = values[validation];
            bestStep = (long) values[0];
        }
        steps.add(values);
        if (validation > 0 && !Double.isNaN(values[validation])) validations.add(values);
    }

    /** Lines evenly spread over all that were added: when there are too many, every second goes, and from then on as many are passed over. */
    private static final class Spread {
        final List<double[]> lines = new ArrayList<>();
        private long seen;
        private long stride = 1;

        void add(double[] line) {
            if (seen++ % stride != 0) return;
            lines.add(line.clone());
            if (lines.size() <= ROWS) return;
            for (int i = 1; i < lines.size(); i++) lines.remove(i);
            stride *= 2;
        }
    }

    public RunFolder folder() {
        return folder;
    }

    /** {@code config.json}. */
    public ConfigFields config() {
        return config;
    }

    /** Names of the columns of {@code metrics.csv}. */
    public List<String> columns() {
        return columns;
    }

    /** A column over steps; empty for one that there is not. */
    public Curve curve(String column) {
        return curves.getOrDefault(column, new Curve());
    }

    /** The last number of a column; NaN where there is none. */
    public double last(String column) {
        int i = columns.indexOf(column);
        return i < 0 ? Double.NaN : last[i];
    }

    /** Steps done. */
    public long step() {
        return (long) last[0];
    }

    /** Some steps by column, evenly spread, and the last: of those that validate, or of all where few do. */
    public List<double[]> rows() {
        List<double[]> shown = new ArrayList<>(validations.lines.size() < FEW ? steps.lines : validations.lines);
        if (shown.getLast()[0] != last[0]) shown.add(last.clone());
        return shown;
    }

    /** The least validation loss; infinite where none was measured. */
    public double bestValidation() {
        return best;
    }

    /** Step of the least validation loss; 0 for none. */
    public long bestStep() {
        return bestStep;
    }

    /** What throughput counts, in the singular. */
    public String unit() {
        return columns.stream().filter(c -> c.endsWith(MetricsFile.PER_SECOND)).findFirst()
                .map(c -> c.substring(0, c.length() - MetricsFile.PER_SECOND.length())).orElse("unit");
    }

    /** Notes of a kind, in order. */
    public <N extends Note> List<N> notes(Class<N> kind) {
        return notes.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /**
     * Energy of all processes that the run went through, the last note of each.
     *
     * @return joules NaN where that is not available for all of them
     */
    public Note.Energy energy() {
        double joules = 0;
        long units = 0;
        String reason = "nothing was noted";
        Note.Energy open = null;
        List<Note.Energy> each = new ArrayList<>();
        for (Note n : notes) {
            if (n instanceof Note.Start && open != null) {
                each.add(open);
                open = null;
            }
            if (n instanceof Note.Energy e) open = e;
        }
        if (open != null) each.add(open);
        for (Note.Energy e : each) {
            joules += e.joules();
            units += e.units();
            reason = e.reason();
        }
        return new Note.Energy(step(), each.isEmpty() ? Double.NaN : joules, units, reason);
    }
}
