package dev.gatun.runtime;

import dev.gatun.graph.plan.ExecutionPlan;
import dev.gatun.graph.schedule.Step;
import dev.gatun.runtime.cpu.CpuBackend;
import dev.gatun.simd.Kernel;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** Kernels run one after another by the worker team. */
final class CpuFunction implements Function {
    private final String name;
    private final Kernel[] kernels;
    private final String[] sources;
    private final MemorySegment arena;
    private final MemorySegment[] scratch;
    private final WorkerTeam team;
    private final long[] nanos;
    private long calls;

    private CpuFunction(String name, List<Kernel> kernels, List<String> sources, MemorySegment arena, MemorySegment[] scratch, WorkerTeam team) {
        this.name = name;
        this.kernels = kernels.toArray(Kernel[]::new);
        this.sources = sources.toArray(String[]::new);
        this.arena = arena;
        this.scratch = scratch;
        this.team = team;
        nanos = new long[this.kernels.length];
    }

    /** Kernels of a plan, before memory is there. */
    record Lowered(String name, List<Kernel> kernels, List<String> sources) {
        static Lowered of(ExecutionPlan plan, CpuBackend backend) {
            List<Kernel> kernels = new ArrayList<>();
            List<String> sources = new ArrayList<>();
            for (Step step : plan.steps()) {
                for (Kernel k : backend.lower(plan, step)) {
                    kernels.add(k);
                    sources.add(step.source());
                }
            }
            return new Lowered(plan.name(), kernels, sources);
        }

        /** Scratch memory that each worker needs. */
        long scratchBytes() {
            return kernels.stream().mapToLong(Kernel::scratchBytes).max().orElse(0);
        }

        CpuFunction bind(MemorySegment arena, MemorySegment[] scratch, WorkerTeam team) {
            return new CpuFunction(name, kernels, sources, arena, scratch, team);
        }
    }

    @Override
    public void run() {
        synchronized (team) { // two executables of one compiler take turns
            for (Kernel k : kernels) team.run(k, arena, scratch);
        }
    }

    @Override
    public void runTimed() {
        synchronized (team) {
            long last = System.nanoTime();
            for (int i = 0; i < kernels.length; i++) {
                team.run(kernels[i], arena, scratch);
                long now = System.nanoTime();
                nanos[i] += now - last;
                last = now;
            }
        }
        calls++;
    }

    @Override
    public void close() {
        CpuBackend.close(List.of(kernels));
    }

    @Override
    public List<KernelTime> times() {
        List<KernelTime> times = new ArrayList<>();
        for (int i = 0; calls > 0 && i < kernels.length; i++) {
            times.add(new KernelTime(name, kernels[i].name(), sources[i], calls, nanos[i]));
        }
        return times;
    }
}
