package dev.gatun.simd.gemm;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Runs a new micro-kernel on memory of its own until C2 has compiled it, and then measures it. */
final class WarmUp {
    /** HotSpot compiles after 600 calls once calls and loop iterations sum up to 15,000, counted from some time on. */
    private static final int CALLS = 240;
    private static final int STEPS = 24;
    private static final int MOST_CALLS = 4800;
    /** Vector products per nanosecond that only compiled code reaches. */
    static final double COMPILED = 0.1;
    private static final int SLICES = 30_000;
    private static final int ROUNDS = 3;
    private static final int TIMED_CALLS = 100;
    private static final int TIMED_STEPS = 128;

    private WarmUp() {}

    /** Steps, made up to whole runs, or no more than there may be. */
    private static int whole(MicroShape shape, int steps) {
        if (shape.most() != 0) return Math.min(shape.most(), steps);
        return shape.run() == 0 ? steps : Math.ceilDiv(steps, shape.run()) * shape.run();
    }

    /** Best rate seen, in vector products per nanosecond. */
    static double rate(MicroShape shape, MicroKernel kernel) {
        int steps = whole(shape, STEPS);
        int timedSteps = whole(shape, TIMED_STEPS);
        // both kinds of memory, or the first run on the other kind throws the compiled code away
        try (Arena shared = Arena.ofShared();
                Arena confined = Arena.ofConfined()) {
            Operands first = Operands.in(confined, shape);
            Operands second = Operands.in(shared, shape);
            if (shape.most() != 0) slice(first, second);
            double products = (double) CALLS * steps * shape.rows() * shape.vectors();
            double speed = 0;
            for (int calls = 0; calls < MOST_CALLS && speed < COMPILED; calls += CALLS) {
                long start = System.nanoTime();
                for (int i = 0; i < CALLS; i += 2) {
                    first.run(kernel, steps);
                    second.run(kernel, steps);
                }
                speed = products / Math.max(1, System.nanoTime() - start);
            }
            long best = Long.MAX_VALUE;
            for (int round = 0; round < ROUNDS; round++) {
                long start = System.nanoTime();
                for (int i = 0; i < TIMED_CALLS; i++) {
                    second.run(kernel, timedSteps);
                }
                best = Math.min(best, System.nanoTime() - start);
            }
            return (double) TIMED_CALLS * timedSteps * shape.rows() * shape.vectors() / Math.max(1, best);
        }
    }

    /** Shows HotSpot how slices are made: what it has not seen often, it does not compile into a kernel. */
    private static void slice(Operands first, Operands second) {
        for (int i = 0; i < SLICES; i++) {
            MemorySegment whole = (i & 1) == 0 ? first.a : second.a;
            if (whole.asSlice(i & 4, 4).byteSize() != 4) throw new IllegalStateException("A slice of another size");
        }
    }

    private record Operands(MemorySegment a, MemorySegment b, MemorySegment c, long cRow) {
        static Operands in(Arena arena, MicroShape shape) {
            long row = shape.most() == 0 ? (long) shape.vectors() * Lanes.BYTES : shape.cRow();
            int steps = Math.max(shape.most(), whole(shape, TIMED_STEPS));
            return new Operands(
                    arena.allocate(shape.spanOfA(steps), 64),
                    arena.allocate(shape.spanOfB(steps), 64),
                    arena.allocate(shape.spanOfC(row), 64), row);
        }

        void run(MicroKernel kernel, int steps) {
            kernel.run(a, 0, b, 0, c, 0, cRow, steps);
        }
    }

    /** What part of the full tile's rate a tile can be expected to reach: with few sums, additions wait for each other. */
    static double share(MicroShape shape) {
        return Math.min(8, shape.rows() * shape.vectors()) / 10.0;
    }
}
