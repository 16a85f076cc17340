package dev.gatun.runtime;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ir.Input;
import dev.gatun.graph.plan.ExecutionPlan;
import dev.gatun.graph.plan.MemoryPlan;
import dev.gatun.graph.schedule.Schedule;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Turns graphs into an {@link Executable}. Owns the worker threads and the kernels generated so far, which its
 * executables share; close it after them.
 */
public final class Compiler implements AutoCloseable {
    private final Backend backend;
    private final WorkerTeam team;

    /**
     * Chooses a backend.
     *
     * @param backend the way to run, or {@link Backend#AUTO}
     * @param threads size of the worker team; 0 for one thread a core
     * @throws BackendException when a backend named here is missing
     */
    public Compiler(Backend backend, int threads) {
        if (threads < 0) throw new IllegalArgumentException("threads must not be negative, got " + threads);
        this.backend = backend;
        team = new WorkerTeam(threads == 0 ? Runtime.getRuntime().availableProcessors() : threads);
    }

    /** What was chosen and why, in one line. */
    public String banner() {
        return "backend " + backend.option() + ": plain loops in double precision, one op at a time";
    }

    /** Threads of the worker team. */
    public int threads() {
        return team.size();
    }

    /**
     * Compiles functions that share state by name.
     *
     * @throws IllegalArgumentException when states of one name differ in type
     */
    public Executable compile(Graph... graphs) {
        List<Schedule> schedules = Arrays.stream(graphs).map(Pinned::schedule).toList();
        List<ExecutionPlan> plans = MemoryPlan.plan(schedules);
        Map<String, ExecutionPlan> planned = new LinkedHashMap<>();
        Map<String, Function> functions = new LinkedHashMap<>();
        Map<String, Map<String, Integer>> bounds = new LinkedHashMap<>();
        Map<String, Input> states = new LinkedHashMap<>();
        Arena owner = Arena.ofShared();
        MemorySegment arena = owner.allocate(plans.getFirst().arenaBytes(), MemoryPlan.ALIGNMENT);
        for (int i = 0; i < graphs.length; i++) {
            String name = graphs[i].name();
            planned.put(name, plans.get(i));
            bounds.put(name, IndexBounds.of(graphs[i]));
            functions.put(name, new ReferenceFunction(graphs[i], plans.get(i), arena));
            graphs[i].inputs(Input.Role.STATE).forEach(s -> states.putIfAbsent(s.name(), s));
        }
        return new Executable(owner, arena, planned, bounds, functions, states);
    }

    @Override
    public void close() {
        team.close();
    }
}
