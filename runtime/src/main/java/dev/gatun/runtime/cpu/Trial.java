package dev.gatun.runtime.cpu;

import dev.gatun.graph.plan.ExecutionPlan;
import dev.gatun.graph.schedule.Buffer;
import dev.gatun.graph.schedule.Call;
import dev.gatun.graph.schedule.Place;
import dev.gatun.graph.types.DType;
import dev.gatun.simd.Kernel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A call on operands of its own, for trying it out.
 *
 * @param plan a plan with nothing but the call
 * @param call the call with its operands in the plan's buffers
 */
record Trial(ExecutionPlan plan, Call call) {
    private static final int LEAST_WARM = 2;
    private static final int WARM_UP = 16;
    private static final int ROUNDS = 4;
    /** HotSpot needs this long to see what is worth compiling well. */
    private static final long WARM_NANOS = 150_000_000L;
    private static final long MOST_WARM_NANOS = 800_000_000L;
    /** Short runs are taken more often, of long ones fewer tell enough. */
    private static final long LEAST_NANOS = 20_000_000L;
    private static final long MOST_NANOS = 300_000_000L;

    static Trial of(Call c, long workspaceBytes) {
        List<Buffer> buffers = new ArrayList<>();
        List<Long> offsets = new ArrayList<>();
        long[] end = {0};
        List<Place> operands = c.operands().stream().map(p -> place(p, buffers, offsets, end)).toList();
        List<Place> results = c.results().stream().map(p -> place(p, buffers, offsets, end)).toList();
        int workspace = buffers.size();
        buffers.add(new Buffer(workspace, "workspace", Buffer.Kind.TEMPORARY, DType.BOOL, workspaceBytes));
        offsets.add(end[0]);
        end[0] += workspaceBytes;
        Call call = new Call(c.label(), c.source(), c.op(), operands, results, workspace);
        return new Trial(new ExecutionPlan("trial", buffers, offsets, List.of(call), Map.of(), Map.of(), end[0]), call);
    }

    private static Place place(Place p, List<Buffer> buffers, List<Long> offsets, long[] end) {
        long elements = 1;
        for (int i = 0; i < p.shape().rank(); i++) elements += (p.shape().dim(i) - 1) * p.strides().get(i);
        int id = buffers.size();
        buffers.add(new Buffer(id, "operand", Buffer.Kind.TEMPORARY, p.dtype(), elements));
        offsets.add(end[0]);
        end[0] += (elements * p.dtype().bytes() + 63) / 64 * 64;
        return new Place(id, p.dtype(), p.shape(), 0, p.strides());
    }

    /**
     * Microseconds of the fastest of a few runs of each on one thread; the two take turns, so that other load on the
     * machine meets both.
     */
    ProductTimes.Times compare(List<Kernel> simd, List<Kernel> oneDnn) {
        long scratchBytes = Math.max(scratchBytes(simd), scratchBytes(oneDnn));
        try (Arena arena = Arena.ofShared()) {
            MemorySegment memory = arena.allocate(plan.arenaBytes(), 64);
            MemorySegment scratch = arena.allocate(Math.max(1, scratchBytes), 64);
            long bestSimd = Long.MAX_VALUE;
            long bestOneDnn = Long.MAX_VALUE;
            long start = System.nanoTime();
            for (int i = 0; i < LEAST_WARM || System.nanoTime() - start < (i < WARM_UP ? MOST_WARM_NANOS : WARM_NANOS); i++) {
                nanos(simd, memory, scratch);
                nanos(oneDnn, memory, scratch);
            }
            start = System.nanoTime();
            for (int i = 0; i < ROUNDS || System.nanoTime() - start < LEAST_NANOS; i++) {
                bestSimd = Math.min(bestSimd, nanos(simd, memory, scratch));
                bestOneDnn = Math.min(bestOneDnn, nanos(oneDnn, memory, scratch));
                if (System.nanoTime() - start > MOST_NANOS) break;
            }
            return new ProductTimes.Times(bestSimd / 1e3, bestOneDnn / 1e3);
        }
    }

    private static long scratchBytes(List<Kernel> kernels) {
        return kernels.stream().mapToLong(Kernel::scratchBytes).max().orElse(0);
    }

    private static long nanos(List<Kernel> kernels, MemorySegment memory, MemorySegment scratch) {
        long start = System.nanoTime();
        for (Kernel k : kernels) {
            for (int t = 0; t < k.tasks(); t++) k.run(memory, t, scratch);
        }
        return System.nanoTime() - start;
    }
}
