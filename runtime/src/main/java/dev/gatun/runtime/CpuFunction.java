package dev.gatun.runtime;

import dev.gatun.graph.plan.ExecutionPlan;
import dev.gatun.graph.schedule.Step;
import dev.gatun.runtime.cpu.CpuBackend;
import dev.gatun.runtime.cpu.Work;
import dev.gatun.simd.Kernel;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** Kernels run one after another by the worker team, some of them in loops. */
final class CpuFunction implements Function {
    private final String name;
    private final List<Work> work;
    private final Part[] parts;
    private final MemorySegment arena;
    private final MemorySegment[] scratch;
    private final WorkerTeam team;
    private long calls;

    /** A kernel or a loop, with the time that it took. */
    private static final class Part {
        final String name;
        final String source;
        final Kernel kernel;
        final int count;
        final Part[] before;
        final Part[] body;
        long nanos;
        long calls;

        Part(Work work) {
            source = work.source();
            switch (work) {
                case Work.Single s -> {
                    name = s.kernel().name();
                    kernel = s.kernel();
                    count = 1;
                    before = new Part[0];
                    body = new Part[0];
                }
                case Work.Loop l -> {
                    name = l.name();
                    kernel = null;
                    count = l.count();
                    before = parts(l.before());
                    body = parts(l.body());
                }
            }
        }

        static Part[] parts(List<Work> work) {
            return work.stream().map(Part::new).toArray(Part[]::new);
        }
    }

    private CpuFunction(String name, List<Work> work, MemorySegment arena, MemorySegment[] scratch, WorkerTeam team) {
        this.name = name;
        this.work = work;
        this.parts = Part.parts(work);
        this.arena = arena;
        this.scratch = scratch;
        this.team = team;
    }

    /** Kernels of a plan, before memory is there. */
    record Lowered(String name, List<Work> work) {
        static Lowered of(ExecutionPlan plan, CpuBackend backend) {
            List<Work> work = new ArrayList<>();
            for (Step step : plan.steps()) work.addAll(backend.lower(plan, step));
            return new Lowered(plan.name(), work);
        }

        private List<Kernel> kernels() {
            return work.stream().flatMap(w -> w.kernels().stream()).toList();
        }

        /** Scratch memory that each worker needs. */
        long scratchBytes() {
            return kernels().stream().mapToLong(Kernel::scratchBytes).max().orElse(0);
        }

        CpuFunction bind(MemorySegment arena, MemorySegment[] scratch, WorkerTeam team) {
            return new CpuFunction(name, work, arena, scratch, team);
        }
    }

    @Override
    public void run() {
        synchronized (team) { // two executables of one compiler take turns
            run(parts);
        }
    }

    private void run(Part[] list) {
        for (Part p : list) {
            if (p.kernel != null) {
                team.run(p.kernel, arena, scratch);
                continue;
            }
            run(p.before);
            for (int i = 0; i < p.count; i++) {
                move(p.body, i);
                run(p.body);
            }
        }
    }

    private static void move(Part[] body, int iteration) {
        for (Part p : body) {
            if (p.kernel != null) p.kernel.move(iteration);
        }
    }

    @Override
    public void runTimed() {
        synchronized (team) {
            runTimed(parts);
        }
        calls++;
    }

    private void runTimed(Part[] list) {
        long last = System.nanoTime();
        for (Part p : list) {
            if (p.kernel != null) {
                team.run(p.kernel, arena, scratch);
            } else {
                runTimed(p.before);
                for (int i = 0; i < p.count; i++) {
                    move(p.body, i);
                    runTimed(p.body);
                }
            }
            long now = System.nanoTime();
            p.nanos += now - last;
            p.calls++;
            last = now;
        }
    }

    @Override
    public void close() {
        work.forEach(w -> CpuBackend.close(w.kernels()));
    }

    @Override
    public List<KernelTime> times() {
        List<KernelTime> times = new ArrayList<>();
        if (calls > 0) times(parts, 0, times);
        return times;
    }

    private void times(Part[] list, int depth, List<KernelTime> times) {
        for (Part p : list) {
            times.add(new KernelTime(name, p.name, p.source, p.calls, p.nanos, depth));
            times(p.before, depth + 1, times);
            times(p.body, depth + 1, times);
        }
    }
}
