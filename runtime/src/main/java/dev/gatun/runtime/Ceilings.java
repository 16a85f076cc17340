package dev.gatun.runtime;

import dev.gatun.simd.Kernel;
import dev.gatun.simd.kernels.PeakFma;
import dev.gatun.simd.kernels.Stream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * What this machine can do at most, measured: the roofline (Williams, Waterman and Patterson, 2009) that kernels are held
 * against.
 *
 * @param threads that took part
 * @param gflops f32 fused multiply-adds on registers, 10^9 operations a second, of which each has two
 * @param copyGbs {@code c = a} from memory, 10^9 bytes a second, read and written
 * @param triadGbs {@code c = a + s b} from memory, 10^9 bytes a second, read and written
 */
public record Ceilings(int threads, double gflops, double copyGbs, double triadGbs) {
    private static final long ARRAY_BYTES = 64L << 20; // three of them are far beyond any cache
    private static final int FMA_ROUNDS = 1_000_000;
    private static final int WARM_UP = 5;
    private static final int ROUNDS = 10;
    /** So that each has another chance when something else ran beside it. */
    private static final int TURNS = 3;

    /** Measures with the threads of a team; takes about a second. */
    static Ceilings measure(WorkerTeam team) {
        try (Arena arena = Arena.ofShared()) {
            PeakFma fma = new PeakFma(team.size(), FMA_ROUNDS);
            Stream copy = new Stream(Stream.Kind.COPY, ARRAY_BYTES);
            Stream triad = new Stream(Stream.Kind.TRIAD, ARRAY_BYTES);
            MemorySegment memory = arena.allocate(Stream.memoryBytes(ARRAY_BYTES), 64);
            MemorySegment[] scratch = new MemorySegment[team.size()];
            for (int i = 0; i < scratch.length; i++) scratch[i] = arena.allocate(Math.max(64, fma.scratchBytes()), 64);
            double[] best = new double[3];
            synchronized (team) {
                for (int i = 0; i < TURNS; i++) {
                    best[0] = Math.max(best[0], fma.flops() / nanos(fma, team, memory, scratch));
                    best[1] = Math.max(best[1], copy.moved() / nanos(copy, team, memory, scratch));
                    best[2] = Math.max(best[2], triad.moved() / nanos(triad, team, memory, scratch));
                }
            }
            return new Ceilings(team.size(), best[0], best[1], best[2]);
        }
    }

    /** The fastest of several runs: other load on the machine only ever adds time. */
    private static double nanos(Kernel kernel, WorkerTeam team, MemorySegment memory, MemorySegment[] scratch) {
        long best = Long.MAX_VALUE;
        for (int i = 0; i < WARM_UP + ROUNDS; i++) {
            long start = System.nanoTime();
            team.run(kernel, memory, scratch);
            long taken = System.nanoTime() - start;
            if (i >= WARM_UP) best = Math.min(best, taken);
        }
        return best;
    }

    /** The larger of both bandwidths: what a loop that moves memory is held against. */
    public double gbs() {
        return Math.max(copyGbs, triadGbs);
    }

    /** Least seconds that work can take here: operations and bytes overlap, the slower one counts. */
    public double seconds(double flops, double bytes) {
        return Math.max(flops / gflops, bytes / gbs()) / 1e9;
    }
}
