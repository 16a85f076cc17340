package dev.gatun.runtime.cpu;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What matrix products took on this machine, by shape, kept in a small file of the user so that each shape is measured
 * once. A file that cannot be read counts as empty, one that cannot be written is left as it is: both cost time, never
 * results.
 */
final class ProductTimes {

    /**
     * Both ways of computing one product.
     *
     * @param simd microseconds of the generated kernels on one thread
     * @param oneDnn microseconds of oneDNN on one thread
     */
    record Times(double simd, double oneDnn) {}

    private final Path file;
    private final String machine;
    private final Map<String, Times> times = new TreeMap<>();

    /**
     * Reads the file.
     *
     * @param file where times are kept
     * @param machine processor and library versions; times of another machine are dropped
     */
    ProductTimes(Path file, String machine) {
        this.file = file;
        this.machine = machine;
        try {
            if (Files.exists(file)) read(Files.readAllLines(file));
        } catch (IOException | RuntimeException e) {
            times.clear();
            System.getLogger("dev.gatun.backend").log(Level.DEBUG, "ignoring " + file, e);
        }
    }

    private void read(List<String> lines) {
        if (lines.isEmpty() || !lines.getFirst().equals(machine)) return;
        for (String line : lines.subList(1, lines.size())) {
            String[] f = line.split("\t");
            times.put(f[0], new Times(Double.parseDouble(f[1]), Double.parseDouble(f[2])));
        }
    }

    Times get(String shape) {
        return times.get(shape);
    }

    /** Adds a measurement and rewrites the file beside itself. */
    void put(String shape, Times measured) {
        times.put(shape, measured);
        StringBuilder text = new StringBuilder(machine).append('\n');
        times.forEach((s, t) -> text.append(s).append('\t').append(t.simd).append('\t').append(t.oneDnn).append('\n'));
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Path beside = Files.createTempFile(file.toAbsolutePath().getParent(), "products", ".tmp");
            Files.writeString(beside, text);
            Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            System.getLogger("dev.gatun.backend").log(Level.DEBUG, "cannot keep " + file, e);
        }
    }

    /** All times, by shape. */
    Map<String, Times> all() {
        return Map.copyOf(times);
    }
}
