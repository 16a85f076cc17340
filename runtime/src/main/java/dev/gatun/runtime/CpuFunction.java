package dev.gatun.runtime;

import dev.gatun.graph.plan.ExecutionPlan;
import dev.gatun.runtime.cpu.CpuBackend;
import dev.gatun.runtime.cpu.Work;
import dev.gatun.simd.Kernel;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import jdk.jfr.FlightRecorder;

/** Kernels run one after another by the worker team, some of them in loops. */
final class CpuFunction implements Function {
    private final String name;
    private final List<Work> work;
    private final Part[] parts;
    private KernelEvent probe; // says whether a recording wants such events; made once there is one
    private MemorySegment arena;
    private final MemorySegment[] scratch;
    private final WorkerTeam team;
    private long calls;

    /** A kernel or a loop, with the time that it took. */
    private static final class Part {
        final String name;
        final String source;
        final List<Integer> path;
        final Kernel kernel;
        final int count;
        final Part[] before;
        final Part[] body;
        long nanos;
        long calls;

        Part(Work work, List<Integer> outer) {
            source = work.source();
            path = Stream.concat(outer.stream(), Stream.of(work.step())).toList();
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
                    before = parts(l.before(), path);
                    body = parts(l.body(), path);
                }
            }
        }

        void forget() {
            nanos = 0;
            calls = 0;
            for (Part p : before) p.forget();
            for (Part p : body) p.forget();
        }

        static Part[] parts(List<Work> work, List<Integer> outer) {
            return work.stream().map(w -> new Part(w, outer)).toArray(Part[]::new);
        }
    }

    private CpuFunction(Lowered lowered, MemorySegment arena, MemorySegment[] scratch, WorkerTeam team) {
        this.name = lowered.name;
        this.work = lowered.steps.stream().flatMap(List::stream).toList();
        this.parts = Part.parts(work, List.of());
        this.arena = arena;
        this.scratch = scratch;
        this.team = team;
    }

    /** Kernels of a plan, before memory is there. */
    record Lowered(String name, List<List<Work>> steps) {
        static Lowered of(ExecutionPlan plan, CpuBackend backend) {
            return new Lowered(plan.name(), IntStream.range(0, plan.steps().size())
                    .mapToObj(i -> backend.lower(plan, plan.steps().get(i)).stream().map(w -> w.at(i)).toList()).toList());
        }

        private List<Kernel> kernels() {
            return steps.stream().flatMap(List::stream).flatMap(w -> w.kernels().stream()).toList();
        }

        /** Scratch memory that each worker needs. */
        long scratchBytes() {
            return kernels().stream().mapToLong(Kernel::scratchBytes).max().orElse(0);
        }

        CpuFunction bind(MemorySegment arena, MemorySegment[] scratch, WorkerTeam team) {
            return new CpuFunction(this, arena, scratch, team);
        }
    }

    @Override
    public void move(MemorySegment arena) {
        this.arena = arena;
    }

    @Override
    public void run() {
        synchronized (team) { // two executables of one compiler take turns
            if (isRecorded()) runRecorded(parts);
            else run(parts);
        }
    }

    private boolean isRecorded() {
        if (probe == null) {
            if (!FlightRecorder.isInitialized()) return false;
            probe = new KernelEvent();
        }
        return probe.isEnabled();
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

    private void runRecorded(Part[] list) {
        for (Part p : list) {
            KernelEvent event = new KernelEvent();
            event.begin();
            if (p.kernel != null) {
                team.run(p.kernel, arena, scratch);
            } else {
                runRecorded(p.before);
                for (int i = 0; i < p.count; i++) {
                    move(p.body, i);
                    runRecorded(p.body);
                }
            }
            event.end();
            if (!event.shouldCommit()) continue;
            event.function = name;
            event.kernel = p.name;
            event.source = p.source;
            event.commit();
        }
    }

    private static void move(Part[] body, int iteration) {
        for (Part p : body) {
            if (p.kernel != null) p.kernel.move(iteration);
        }
    }

    @Override
    public void runTimed(KernelListener listener) {
        synchronized (team) {
            runTimed(parts, listener);
        }
        calls++;
    }

    private void runTimed(Part[] list, KernelListener listener) {
        long last = System.nanoTime();
        for (Part p : list) {
            if (p.kernel != null) {
                team.run(p.kernel, arena, scratch);
            } else {
                runTimed(p.before, listener);
                for (int i = 0; i < p.count; i++) {
                    move(p.body, i);
                    runTimed(p.body, listener);
                }
            }
            long now = System.nanoTime();
            p.nanos += now - last;
            p.calls++;
            if (listener != null) listener.ran(name, p.path.getFirst(), p.name, p.source, last, now);
            last = now;
        }
    }

    @Override
    public void close() {
        work.forEach(w -> CpuBackend.close(w.kernels()));
    }

    @Override
    public void forgetTimes() {
        for (Part p : parts) p.forget();
        calls = 0;
    }

    @Override
    public List<KernelTime> times() {
        List<KernelTime> times = new ArrayList<>();
        if (calls > 0) times(parts, times);
        return times;
    }

    private void times(Part[] list, List<KernelTime> times) {
        for (Part p : list) {
            times.add(new KernelTime(name, p.path, p.name, p.source, p.calls, p.nanos));
            times(p.before, times);
            times(p.body, times);
        }
    }
}
