package dev.gatun.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/**
 * Result lines in the form that the peers print: {@code RESULT}, peer, workload, threads, median ms, min ms,
 * iterations, rate, unit, cores kept busy by other processes, note; separated by tabs.
 */
final class Results {
    private static final String PEER = "gatun";
    private static final Path STAT = Path.of("/proc/stat");
    private static final Path SELF = Path.of("/proc/self/stat");
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final double TICKS = 100;
    private static final double SHORTEST = 0.3;

    private final PrintWriter out;
    private final int threads;
    private double busy;
    private double own;
    private long wall;
    private double foreign = Double.NaN;

    Results(PrintWriter out, int threads) {
        this.out = out;
        this.threads = threads;
    }

    /** Marks the start of a timed stretch. */
    void loadStart() {
        busy = busySeconds();
        own = ownSeconds();
        wall = System.nanoTime();
    }

    /** Computes how many cores others kept busy since the start. */
    void loadStop() {
        double seconds = (System.nanoTime() - wall) / 1e9;
        foreign = seconds < SHORTEST ? Double.NaN : (busySeconds() - busy - (ownSeconds() - own)) / seconds;
    }

    /** All but idle and waiting time of all cores; NaN where the system does not tell. */
    private static double busySeconds() {
        String[] f = read(STAT).strip().split("\\s+");
        if (f.length < 9) return Double.NaN;
        long ticks = 0;
        for (int i = 1; i <= 8; i++) {
            if (i != 4 && i != 5) ticks += Long.parseLong(f[i]);
        }
        return ticks / TICKS;
    }

    private static double ownSeconds() {
        String s = read(SELF);
        int at = s.lastIndexOf(')');
        if (at < 0) return Double.NaN;
        String[] f = s.substring(at + 2).split(" ");
        return (Long.parseLong(f[11]) + Long.parseLong(f[12])) / TICKS;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return "";
        }
    }

    static double median(double[] a) {
        double[] s = a.clone();
        Arrays.sort(s);
        int n = s.length;
        return n % 2 == 1 ? s[n / 2] : (s[n / 2 - 1] + s[n / 2]) / 2;
    }

    /** Prints a timed result; {@code work} is what one iteration does, in FLOP for GFLOP/s, else in units. */
    void time(String workload, double[] ms, double work, String unit, String note) {
        double median = median(ms);
        double rate = unit.equals("GFLOP/s") ? work / median / 1e6 : work / median * 1e3;
        double least = Arrays.stream(ms).min().orElse(Double.NaN);
        out.printf(Locale.ROOT, "RESULT\t%s\t%s\t%d\t%.4f\t%.4f\t%d\t%.2f\t%s\t%.2f\t%s%n", PEER, workload, threads, median, least,
                ms.length, rate, unit, foreign, note);
        out.flush();
    }

    /** Prints the largest resident size of the process so far, where the system tells it. */
    void peakMemory(String workload) {
        read(STATUS).lines().filter(l -> l.startsWith("VmHWM")).findFirst().ifPresent(l -> {
            double mib = Long.parseLong(l.replaceAll("[^0-9]", "")) / 1024.0;
            out.printf(Locale.ROOT, "RESULT\t%s\t%s\t%d\t\t\t1\t%.2f\t%s\t\t%s%n", PEER, workload + ".peak_rss", threads, mib, "MiB",
                    "VmHWM of the whole process, JVM included");
            out.flush();
        });
    }
}
