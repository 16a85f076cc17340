package dev.gatun.runtime;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * What the taking of times costs, measured: blocks of steps without and with it take turns, so that both meet the same
 * machine.
 *
 * @param plain nanoseconds of a step without, by block
 * @param timed nanoseconds of a step with it, of the blocks beside
 * @param block steps in a block
 */
public record ProfilerOverhead(List<Double> plain, List<Double> timed, int block) {
    private static final int WARM_STEPS = 4;
    private static final long WARM_NANOS = 2_000_000_000L;
    /** Long enough that the reading of a clock around a block is nothing. */
    private static final double BLOCK_NANOS = 5e6;
    private static final int LEAST_PAIRS = 6;
    private static final int ENOUGH_PAIRS = 60;
    private static final long LEAST_NANOS = 3_000_000_000L;
    private static final long MOST_NANOS = 12_000_000_000L;
    /** Of a 95 % interval, in standard deviations. */
    private static final double WIDE = 1.96;

    /**
     * Copies.
     *
     * @throws IllegalArgumentException unless there are as many blocks of either kind, and some, of a step or more
     */
    public ProfilerOverhead {
        if (plain.isEmpty() || plain.size() != timed.size() || block < 1) {
            throw new IllegalArgumentException("ProfilerOverhead: needs pairs of blocks, got " + plain.size() + " and " + timed.size() + " of " + block);
        }
        plain = List.copyOf(plain);
        timed = List.copyOf(timed);
    }

    /**
     * Runs steps, two seconds of them to warm up. When it returns, the executable's times are those of {@link #timedSteps}
     * steps.
     *
     * @param step runs functions of the executable
     * @param least steps whose times are taken; beyond them it goes on for three seconds, or up to twelve until there are 60
     *     pairs of blocks
     */
    public static ProfilerOverhead measure(Executable executable, Runnable step, int least) {
        long start = System.nanoTime();
        for (int i = 0; i < WARM_STEPS || System.nanoTime() - start < WARM_NANOS; i++) nanos(executable, step, 1, i % 2 != 0); // both ways get compiled
        executable.forgetTimes();
        int block = (int) Math.clamp(BLOCK_NANOS / nanos(executable, step, 1, false), 1, 1_000_000);
        List<Double> plain = new ArrayList<>();
        List<Double> timed = new ArrayList<>();
        start = System.nanoTime();
        for (int i = 0; i < LEAST_PAIRS || (long) i * block < least || System.nanoTime() - start < (i < ENOUGH_PAIRS ? MOST_NANOS : LEAST_NANOS); i++) {
            boolean first = i % 2 != 0;
            (first ? timed : plain).add(nanos(executable, step, block, first));
            (first ? plain : timed).add(nanos(executable, step, block, !first));
        }
        return new ProfilerOverhead(plain, timed, block);
    }

    /** For each step. */
    private static double nanos(Executable executable, Runnable step, int steps, boolean profiling) {
        executable.profiling(profiling);
        long start = System.nanoTime();
        for (int i = 0; i < steps; i++) step.run();
        double nanos = System.nanoTime() - start;
        executable.profiling(false);
        return nanos / steps;
    }

    /** Steps whose times were taken. */
    public int timedSteps() {
        return timed.size() * block;
    }

    /** Wall nanoseconds of all of them. */
    public double timedNanos() {
        return timed.stream().mapToDouble(Double::doubleValue).sum() * block;
    }

    /**
     * What a step takes longer with times taken, by pairs of blocks that lie beside each other.
     *
     * @return in percent: the median, and the bounds of its 95 % interval (by ranks, as in the sign test)
     */
    public double[] percent() {
        double[] more = new double[plain.size()];
        for (int i = 0; i < more.length; i++) more[i] = 100 * (timed.get(i) / plain.get(i) - 1);
        Arrays.sort(more);
        int low = (int) Math.max(0, (more.length - WIDE * Math.sqrt(more.length)) / 2 - 1);
        return new double[] {median(more), more[low], more[more.length - 1 - low]};
    }

    private static double median(double[] sorted) {
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }

    private static double median(List<Double> x) {
        return median(x.stream().mapToDouble(Double::doubleValue).sorted().toArray());
    }

    /** In one line. */
    @Override
    public String toString() {
        double[] p = percent();
        return String.format(Locale.ROOT, "median step %.3f ms, %.3f ms with times taken; they cost %+.2f %%, with 95 %% between %+.2f and %+.2f (%d pairs of %s)",
                median(plain) / 1e6, median(timed) / 1e6, p[0], p[1], p[2], plain.size(), block == 1 ? "steps" : "blocks of " + block + " steps");
    }
}
