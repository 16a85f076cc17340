package dev.gatun.models.data.features;

import dev.gatun.models.data.DataException;
import dev.gatun.models.data.audio.MelSpectrogram;
import dev.gatun.models.data.audio.Sound;
import dev.gatun.models.data.video.FrameStack;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Examples of one size with their classes, {@code [rows, columns, channels]} each, in memory. A folder of such examples has
 * a folder for each class.
 */
public final class LabelledGrids {
    private static final long MOST = 1L << 30;

    private final String name;
    private final int rows;
    private final int columns;
    private final int channels;
    private final List<float[]> grids = new ArrayList<>();
    private final List<Integer> labels = new ArrayList<>();
    private final List<String> classNames;

    private LabelledGrids(String name, int rows, int columns, int channels, List<String> classNames) {
        this.name = name;
        this.rows = rows;
        this.columns = columns;
        this.channels = channels;
        this.classNames = classNames;
    }

    /** Reads an example. */
    private interface Reader {
        float[] read(Path item);
    }

    /**
     * WAV files as spectrograms of {@code frames} rows and a column for each band. Longer sounds are cut, shorter ones filled
     * up with silence.
     *
     * @throws DataException naming the file or folder that cannot be used
     */
    public static LabelledGrids sounds(Path folder, MelSpectrogram spectrogram, int frames) {
        float silence = (float) Math.log(spectrogram.floor());
        LabelledGrids g = new LabelledGrids(folder.toString(), frames, spectrogram.bands(), 1, classes(folder));
        g.fill(folder, p -> p.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(".wav"), "WAV files", item -> {
            float[][] s;
            try {
                s = spectrogram.apply(Sound.read(item));
            } catch (IllegalArgumentException e) {
                throw new DataException(item + ": " + e.getMessage(), e);
            }
            float[] grid = new float[frames * spectrogram.bands()];
            for (int t = 0; t < frames; t++) {
                for (int b = 0; b < spectrogram.bands(); b++) grid[t * spectrogram.bands() + b] = t < s.length ? s[t][b] : silence;
            }
            return grid;
        });
        return g;
    }

    /**
     * Videos as stacks of grey frames, a channel for each: animated GIFs, and folders of pictures in the order of their names.
     *
     * @throws DataException naming the file or folder that cannot be used
     */
    public static LabelledGrids videos(Path folder, FrameStack stack) {
        LabelledGrids g = new LabelledGrids(folder.toString(), stack.height(), stack.width(), stack.frames(), classes(folder));
        g.fill(folder, p -> Files.isDirectory(p) || p.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(".gif"), "GIFs or folders of frames",
                stack::read);
        return g;
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

    private void fill(Path folder, java.util.function.Predicate<Path> wanted, String what, Reader reader) {
        if (rows < 1 || columns < 1 || channels < 1) throw new IllegalArgumentException("an example has at least one number in each direction");
        for (int label = 0; label < classNames.size(); label++) {
            List<Path> items = list(folder.resolve(classNames.get(label))).stream().filter(wanted).toList();
            if (items.isEmpty()) throw new DataException(folder.resolve(classNames.get(label)) + " holds no " + what);
            for (Path item : items) {
                if ((grids.size() + 1L) * rows * columns * channels > MOST) throw new DataException(folder + " holds more than fits into memory");
                grids.add(reader.read(item));
                labels.add(label);
            }
        }
        standardize();
    }

    /** To mean 0 and deviation 1 over all numbers. */
    private void standardize() {
        double n = (double) grids.size() * rows * columns * channels;
        double mean = 0;
        for (float[] g : grids) {
            for (float x : g) mean += x / n;
        }
        double variance = 0;
        for (float[] g : grids) {
            for (float x : g) variance += (x - mean) * (x - mean) / n;
        }
        double deviation = variance > 0 ? Math.sqrt(variance) : 1;
        for (float[] g : grids) {
            for (int i = 0; i < g.length; i++) g[i] = (float) ((g[i] - mean) / deviation);
        }
    }

    /** Where the examples are from. */
    public String name() {
        return name;
    }

    public int rows() {
        return rows;
    }

    public int columns() {
        return columns;
    }

    public int channels() {
        return channels;
    }

    /** Names of the classes, by label. */
    public List<String> classNames() {
        return classNames;
    }

    /** Number of examples. */
    public int count() {
        return grids.size();
    }

    /** The class of an example. */
    public int label(int example) {
        return labels.get(example);
    }

    /** Copies an example, {@code [rows, columns, channels]}, standardized over all examples. */
    public void read(int example, float[] into, int at) {
        float[] g = grids.get(example);
        System.arraycopy(g, 0, into, at, g.length);
    }
}
