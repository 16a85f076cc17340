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
import java.util.function.BiFunction;

/**
 * A call on operands of its own, for trying it out.
 *
 * @param plan a plan with nothing but the call
 * @param call the call with its operands in the plan's buffers
 */
record Trial(ExecutionPlan plan, Call call) {
    /** Rounds measured, after as many for warm-up. */
    private static final int ROUNDS = 3;

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

    /** Microseconds of the fastest of a few runs on one thread. */
    double micros(BiFunction<ExecutionPlan, Call, List<Kernel>> lowering) {
        List<Kernel> kernels = lowering.apply(plan, call);
        long scratchBytes = kernels.stream().mapToLong(Kernel::scratchBytes).max().orElse(0);
        try (Arena arena = Arena.ofShared()) {
            MemorySegment memory = arena.allocate(plan.arenaBytes(), 64);
            MemorySegment scratch = arena.allocate(Math.max(1, scratchBytes), 64);
            long best = Long.MAX_VALUE;
            for (int i = 0; i < 2 * ROUNDS; i++) {
                long start = System.nanoTime();
                for (Kernel k : kernels) {
                    for (int t = 0; t < k.tasks(); t++) k.run(memory, t, scratch);
                }
                if (i >= ROUNDS) best = Math.min(best, System.nanoTime() - start);
            }
            return best / 1e3;
        } finally {
            CpuBackend.close(kernels);
        }
    }
}
