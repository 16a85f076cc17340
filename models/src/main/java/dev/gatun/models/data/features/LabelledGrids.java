package dev.gatun.models.data.features;

import dev.gatun.models.data.DataException;
import dev.gatun.models.data.image.Normalization;
import dev.gatun.models.data.image.Skipped;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Stream;

/**
 * Examples of one size with their classes, {@code [rows, columns, channels]} each, in memory. A folder of such examples has
 * a folder for each class.
 */
public final class LabelledGrids {
    private final String name;
    private final GridReader reader;
    private final List<String> classNames;
    private final List<float[]> grids = new ArrayList<>();
    private final List<Integer> labels = new ArrayList<>();
    private final List<String> reasons = new ArrayList<>();
    private long skipped;

    private LabelledGrids(String name, GridReader reader, List<String> classNames) {
        this.name = name;
        this.reader = reader;
        this.classNames = List.copyOf(classNames);
    }

    /**
     * Reads the examples of a folder.
     *
     * @param skipBad whether what cannot be used is left out and counted; otherwise the first such thing is an error
     * @throws DataException naming the file or folder that cannot be used
     */
    public static LabelledGrids read(Path folder, GridReader reader, boolean skipBad) {
        LabelledGrids g = new LabelledGrids(folder.toString(), reader, classes(folder));
        for (int label = 0; label < g.classNames.size(); label++) {
            Path of = folder.resolve(g.classNames.get(label));
            List<Path> items = list(of).stream().filter(reader::isOne).toList();
            if (items.isEmpty()) g.bad(new DataException(of + " holds no " + reader.takes()), skipBad);
            for (Path item : items) {
                try {
                    g.add(reader.read(item), label);
                } catch (DataException e) {
                    g.bad(e, skipBad);
                }
            }
        }
        if (g.grids.isEmpty()) throw new DataException(folder + " holds nothing that can be used. The first reason: " + g.reasons.getFirst());
        return g;
    }

    /**
     * Examples that are made, not read; each class has every so many-th.
     *
     * @param name what they are
     * @param reader whose examples they resemble
     * @param draw makes the example of a number, of the class {@code number % classes}
     */
    static LabelledGrids drawn(String name, GridReader reader, List<String> classNames, int count, IntFunction<float[]> draw) {
        if (count < classNames.size()) throw new IllegalArgumentException("at least an example of each of " + classNames.size() + " classes is needed, got " + count);
        LabelledGrids g = new LabelledGrids(name, reader, classNames);
        for (int i = 0; i < count; i++) g.add(draw.apply(i), i % classNames.size());
        return g;
    }

    /** The folder's first example, by class and name; what follows is expected to be like it. */
    public static Path first(Path folder, String ending) {
        for (String c : classes(folder)) {
            for (Path p : list(folder.resolve(c))) {
                if (p.getFileName().toString().toLowerCase(java.util.Locale.ROOT).endsWith(ending)) return p;
            }
        }
        throw new DataException(folder + " holds no file that ends in " + ending + " in the folder of any class");
    }

    private static List<Path> list(Path folder) {
        if (!Files.isDirectory(folder)) throw new DataException(folder + " is no folder: give one with a folder for each class");
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(p -> !p.getFileName().toString().startsWith(".")).sorted().toList();
        } catch (IOException e) {
            throw new DataException(folder + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static List<String> classes(Path folder) {
        List<String> names = list(folder).stream().filter(Files::isDirectory).map(p -> p.getFileName().toString()).toList();
        if (names.size() < 2) throw new DataException(folder + ": expected a folder for each of at least two classes, found " + names);
        return names;
    }

    private void bad(DataException e, boolean skip) {
        if (!skip) throw e;
        skipped++;
        if (reasons.size() < Skipped.KEPT) reasons.add(e.getMessage());
    }

    private void add(float[] grid, int label) {
        long most = Runtime.getRuntime().maxMemory() / (2 * Float.BYTES); // half of the heap
        if ((grids.size() + 1L) * grid.length > most) {
            throw new IllegalArgumentException(name + ": " + grids.size() + " examples of " + grid.length + " numbers are all that fits into half of the Java heap: give it more");
        }
        grids.add(grid);
        labels.add(label);
    }

    /** Where the examples are from. */
    public String name() {
        return name;
    }

    /** What examples are made by; has their size. */
    public GridReader reader() {
        return reader;
    }

    /** Names of the classes, by label. */
    public List<String> classNames() {
        return classNames;
    }

    /** What was left out. */
    public Skipped skipped() {
        return new Skipped(skipped, reasons);
    }

    /** Number of examples. */
    public int count() {
        return grids.size();
    }

    /** The class of an example. */
    public int label(int example) {
        return labels.get(example);
    }

    /** Mean and deviation of each channel over some examples; a channel that is constant gets a deviation of 1. */
    public Normalization normalization(List<Integer> examples) {
        int channels = reader.channels();
        double[] mean = new double[channels];
        double[] variance = new double[channels];
        double n = (double) examples.size() * reader.rows() * reader.columns();
        for (int e : examples) {
            float[] g = grids.get(e);
            for (int i = 0; i < g.length; i++) mean[i % channels] += g[i] / n;
        }
        for (int e : examples) {
            float[] g = grids.get(e);
            for (int i = 0; i < g.length; i++) variance[i % channels] += (g[i] - mean[i % channels]) * (g[i] - mean[i % channels]) / n;
        }
        List<Float> means = new ArrayList<>();
        List<Float> deviations = new ArrayList<>();
        for (int c = 0; c < channels; c++) {
            means.add((float) mean[c]);
            deviations.add(variance[c] < 1e-12 ? 1f : (float) Math.sqrt(variance[c]));
        }
        return new Normalization(means, deviations);
    }

    /** Copies an example, {@code [rows, columns, channels]}, normalized. */
    public void read(int example, Normalization by, float[] into, int at) {
        normalize(grids.get(example), by, into, at);
    }

    /** Writes an example normalized: {@code (x - mean[c]) / std[c]}. */
    public static void normalize(float[] grid, Normalization by, float[] into, int at) {
        int channels = by.mean().size();
        for (int i = 0; i < grid.length; i++) into[at + i] = (grid[i] - by.mean().get(i % channels)) / by.std().get(i % channels);
    }
}
