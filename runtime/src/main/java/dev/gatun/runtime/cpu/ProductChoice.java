package dev.gatun.runtime.cpu;

import dev.gatun.graph.plan.ExecutionPlan;
import dev.gatun.graph.schedule.Buffer;
import dev.gatun.graph.schedule.Call;
import dev.gatun.graph.schedule.Place;
import dev.gatun.simd.Kernel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/**
 * Chooses between the generated kernels and oneDNN for each shape of a matrix product, by running both once on memory
 * of their own and on one thread.
 */
final class ProductChoice {
    /** Rounds measured, after as many for warm-up. */
    private static final int ROUNDS = 3;
    /** Bytes of operands above which a measurement would cost more than it is worth; oneDNN is taken. */
    private static final long MEASURED = 1L << 28;

    private final ProductTimes times;

    ProductChoice(ProductTimes times) {
        this.times = times;
    }

    /** Whether oneDNN is the faster for a call; measures it unless its shape is known. */
    boolean isOneDnnFaster(Call c, BiFunction<ExecutionPlan, Call, List<Kernel>> simd, BiFunction<ExecutionPlan, Call, List<Kernel>> oneDnn,
            long workspaceBytes) {
        String shape = shape(c);
        ProductTimes.Times t = times.get(shape);
        if (t == null) {
            Trial trial = Trial.of(c, workspaceBytes);
            if (trial.plan.arenaBytes() > MEASURED) return true;
            t = new ProductTimes.Times(trial.micros(simd), trial.micros(oneDnn));
            times.put(shape, t);
        }
        return t.oneDnn() <= t.simd();
    }

    /** What was measured for a shape, in words. */
    String describe(Call c) {
        ProductTimes.Times t = times.get(shape(c));
        return t == null ? "not measured" : String.format(java.util.Locale.ROOT, "simd %.0f us, onednn %.0f us on one thread", t.simd(), t.oneDnn());
    }

    Map<String, ProductTimes.Times> all() {
        return times.all();
    }

    /** Op, types and strides: all that decides a product's time. */
    static String shape(Call c) {
        StringBuilder key = new StringBuilder(c.op().toString());
        List<Place> places = new ArrayList<>(c.operands());
        places.addAll(c.results());
        for (Place p : places) key.append(' ').append(p.dtype()).append(p.shape()).append(p.strides());
        return key.toString();
    }

    /** The call on operands of its own. */
    private record Trial(ExecutionPlan plan, Call call) {
        static Trial of(Call c, long workspaceBytes) {
            List<Buffer> buffers = new ArrayList<>();
            List<Long> offsets = new ArrayList<>();
            long[] end = {0};
            List<Place> operands = c.operands().stream().map(p -> place(p, buffers, offsets, end)).toList();
            List<Place> results = c.results().stream().map(p -> place(p, buffers, offsets, end)).toList();
            int workspace = buffers.size();
            buffers.add(new Buffer(workspace, "workspace", Buffer.Kind.TEMPORARY, dev.gatun.graph.types.DType.BOOL, workspaceBytes));
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
}
