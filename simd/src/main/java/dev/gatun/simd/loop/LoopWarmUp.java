package dev.gatun.simd.loop;

import dev.gatun.graph.schedule.Loop;
import dev.gatun.graph.schedule.Loop.ColumnReduce;
import dev.gatun.graph.schedule.Place;
import dev.gatun.simd.loop.Nest.Walker;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Gets a new program compiled by C2, once and for good. Work in the interpreter is what makes first runs slow, and here
 * there is next to none: HotSpot counts calls that turn an empty loop and find no rows. In between come a few runs of one
 * or two rows, on memory of their own, that take every branch both ways, so that no compiled code bets on a branch never
 * being taken.
 */
final class LoopWarmUp {
    /** HotSpot starts to profile after so many calls; after more when it is busy. */
    private static final int PROFILED_EARLY = 450;
    private static final int PROFILED_LATE = 1_100;
    /** It compiles after 600 more once they sum up to 15,000 (later when busy), but the idle loop alone at 40,000 turns. */
    private static final int CALLS = 64;
    private static final int TURNS = 30;
    /** Real runs between idle calls: of all, and before it compiles at the earliest. More would make it bet more. */
    private static final int EARLY_RUNS = 4;
    private static final int REAL_RUNS = 12;
    private static final long MOST_NANOS = 10_000_000_000L;
    private static final long PAUSE_NANOS = 500_000;
    /** Nanoseconds for a turn that only compiled code takes less than. */
    private static final double COMPILED = 0.6;
    /** Memory above which there is no real work; the code may then be compiled once more. */
    private static final long MOST_BYTES = 16 << 20;
    /** Runs of compiled code to see whether it stays: HotSpot gives up a wrong bet after failing four times. */
    private static final int SETTLING_RUNS = 12;
    private static final long[] NO_BASES = {};
    /** Free bytes on both sides of each place. */
    private static final long MARGIN = 4096;

    private final Loop loop;
    private final Nest nest;
    private final long scratchBytes;

    /** A real run: rows from one on, elements of the last one. */
    private record Run(long first, int count, int last, long[] bases) {}

    LoopWarmUp(Loop structure, Nest nest, long scratchBytes) {
        this.loop = structure;
        this.nest = nest;
        this.scratchBytes = scratchBytes;
    }

    void run(LoopBody body) {
        List<Run> runs = runs();
        long[] low = new long[loop.places().size()];
        long[] high = new long[low.length];
        for (Run r : runs) span(r, low, high);
        long[] at = new long[low.length];
        long bytes = MARGIN;
        for (int k = 0; k < at.length; k++) {
            at[k] = bytes - low[k];
            bytes += (high[k] - low[k] + MARGIN + 127) / 64 * 64;
        }
        for (Run r : runs) {
            for (int k = 0; k < at.length; k++) r.bases[k] += at[k];
        }
        try (Arena arena = Arena.ofShared()) {
            if (bytes > MOST_BYTES) runs = List.of();
            MemorySegment memory = arena.allocate(runs.isEmpty() ? 64 : bytes, 64);
            MemorySegment scratch = arena.allocate(Math.max(64, scratchBytes), 64);
            int done = 0;
            idle(body, memory, scratch, PROFILED_EARLY);
            for (; done < EARLY_RUNS; done++) {
                work(body, memory, scratch, runs, done, 1);
                idle(body, memory, scratch, 2 * CALLS);
            }
            idle(body, memory, scratch, PROFILED_LATE - PROFILED_EARLY - EARLY_RUNS * 2 * CALLS);
            long end = System.nanoTime() + MOST_NANOS;
            boolean settled = false;
            for (; !settled && System.nanoTime() < end; done++) {
                if (done < REAL_RUNS) work(body, memory, scratch, runs, done, 1);
                else LockSupport.parkNanos(PAUSE_NANOS);
                if (!isCompiled(body, memory, scratch)) continue;
                work(body, memory, scratch, runs, done, SETTLING_RUNS);
                settled = isCompiled(body, memory, scratch);
            }
        }
    }

    private void work(LoopBody body, MemorySegment memory, MemorySegment scratch, List<Run> runs, int from, int count) {
        for (int i = from; i < from + count && !runs.isEmpty(); i++) {
            Run r = runs.get(i % runs.size());
            body.run(memory, scratch, r.bases, r.first, r.count, r.last, 0, 0);
        }
    }

    private boolean isCompiled(LoopBody body, MemorySegment memory, MemorySegment scratch) {
        long start = System.nanoTime();
        idle(body, memory, scratch, CALLS);
        return System.nanoTime() - start < CALLS * TURNS * COMPILED;
    }

    private static void idle(LoopBody body, MemorySegment memory, MemorySegment scratch, int calls) {
        for (int c = 0; c < calls; c++) body.run(memory, scratch, NO_BASES, 0, 0, 0, 0, TURNS);
    }

    private List<Run> runs() {
        List<Run> runs = new ArrayList<>();
        int lanes = nest.lanes();
        if (nest.isFlat()) {
            for (int n : new int[] {6 * lanes + 3, lanes, 1}) add(runs, 0, n, n);
            return runs;
        }
        int inner = loop.inner();
        if (nest.sizes().isEmpty()) {
            for (int n : nest.isRagged() ? new int[] {13 * lanes + 3, lanes, 1} : new int[] {inner}) add(runs, 0, 1, n);
            return runs;
        }
        long carry = 1;
        for (int d = nest.sizes().size() - 1; d >= 0; d--) {
            add(runs, carry - 1, 2, nest.isRagged() && d % 2 == 0 ? Math.min(inner, lanes + 1) : inner);
            carry *= nest.sizes().get(d);
        }
        if (nest.isRagged()) add(runs, 0, 1, Math.min(inner, 2 * lanes));
        return runs;
    }

    private void add(List<Run> runs, long first, int count, int last) {
        runs.add(new Run(first, count, last, new long[loop.places().size()]));
    }

    /** Sets a run's bases so that its first row starts at 0; widens the bytes that runs reach over. */
    private void span(Run r, long[] low, long[] high) {
        for (Walker w : nest.walkers()) {
            int k = w.place();
            if (k < 0) continue;
            int size = loop.places().get(k).dtype().bytes();
            long start = nest.isFlat() ? 0 : offset(w, r.first);
            long next = nest.isFlat() || r.count == 1 ? start : offset(w, r.first + 1);
            r.bases[k] = -start * size;
            low[k] = Math.min(low[k], (Math.min(next, start) - start) * size);
            long length = nest.isFlat() ? r.count : loop.inner();
            high[k] = Math.max(high[k], (Math.max(next, start) - start + length * Math.max(1, w.innerStep())) * size);
        }
        for (Loop.Instr x : loop.body()) {
            if (!(x instanceof ColumnReduce c)) continue;
            Place p = loop.places().get(c.place());
            high[c.place()] = Math.max(high[c.place()], (long) loop.inner() * p.dtype().bytes());
        }
    }

    private long offset(Walker w, long row) {
        long offset = 0;
        long rest = row;
        for (int d = nest.sizes().size() - 1; d >= 0; d--) {
            int size = nest.sizes().get(d);
            offset += (d == 0 ? rest : rest % size) * w.steps()[d];
            rest /= size;
        }
        return offset;
    }
}
