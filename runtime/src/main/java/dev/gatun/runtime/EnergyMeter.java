package dev.gatun.runtime;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Energy that the processors of this machine have taken since the meter was opened, by the running average power limit
 * counters (RAPL) that Linux shows in {@code /sys/class/powercap}. Counted are whole processor packages, so whatever else
 * runs on the machine is counted too; memory and graphics cards are not. A counter starts anew when it is full, on some
 * machines within minutes at full power: a meter that is read every few seconds misses nothing. Where there are no such
 * counters, or they may not be read (many systems show them to root only), the energy is not available and the meter
 * says why. For one thread at a time.
 */
public final class EnergyMeter {
    private static final Path POWERCAP = Path.of("/sys/class/powercap");
    /** Packages, {@code intel-rapl:0}; neither their parts, {@code intel-rapl:0:0}, nor the same by another way, {@code intel-rapl-mmio:0}. */
    private static final Pattern ZONE = Pattern.compile("intel-rapl:\\d+");
    private static final String PACKAGE = "package";
    private static final double MICRO = 1e-6;

    /** A counter of microjoules, which goes from 0 to {@code most} and then starts anew. */
    private static final class Counter {
        final Path file;
        final long most;
        long last;

        Counter(Path zone) throws IOException {
            file = zone.resolve("energy_uj");
            most = number(zone.resolve("max_energy_range_uj"));
            last = number(file);
            if (most < 1 || last < 0 || last > most) throw new IOException(file + " shows " + last + " of at most " + most);
        }

        /** Microjoules since the last time. */
        long advance() throws IOException {
            long now = number(file);
            if (now < 0 || now > most) throw new IOException(file + " shows " + now + " of at most " + most);
            long taken = now >= last ? now - last : now + (most - last);
            last = now;
            return taken;
        }
    }

    private final List<Counter> counters = new ArrayList<>();
    private String reason = "";
    private double microjoules;

    private EnergyMeter() {}

    /** A meter of this machine. */
    public static EnergyMeter open() {
        return open(POWERCAP);
    }

    /**
     * A meter.
     *
     * @param folder has a folder for each counter, with the files {@code name}, {@code energy_uj} and {@code
     *     max_energy_range_uj}
     */
    public static EnergyMeter open(Path folder) {
        EnergyMeter meter = new EnergyMeter();
        if (!Files.isDirectory(folder)) {
            meter.missing("this system has no " + folder);
            return meter;
        }
        try (DirectoryStream<Path> zones = Files.newDirectoryStream(folder, z -> ZONE.matcher(z.getFileName().toString()).matches())) {
            for (Path zone : zones) {
                if (Files.readString(zone.resolve("name")).startsWith(PACKAGE)) meter.counters.add(new Counter(zone));
            }
            if (meter.counters.isEmpty()) meter.missing(folder + " has no counter of a processor package");
        } catch (IOException e) {
            meter.missing(e);
        } catch (DirectoryIteratorException e) {
            meter.missing(e.getCause());
        }
        return meter;
    }

    private static long number(Path file) throws IOException {
        String text = Files.readString(file).strip();
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IOException(file + " holds no number: " + text, e);
        }
    }

    private void missing(IOException e) {
        missing(e instanceof AccessDeniedException denied ? denied.getFile() + " may not be read" : String.valueOf(e.getMessage()));
    }

    private void missing(String why) {
        counters.clear();
        reason = why;
    }

    /** Whether there is anything to read. */
    public boolean available() {
        return !counters.isEmpty();
    }

    /** Why the energy is not available; empty where it is. */
    public String reason() {
        return reason;
    }

    /** Joules since the meter was opened, all packages together; NaN where not available. */
    public double joules() {
        try {
            for (Counter c : counters) microjoules += c.advance();
        } catch (IOException e) {
            missing(e);
        }
        return available() ? microjoules * MICRO : Double.NaN;
    }
}
