package dev.gatun.runtime;

import dev.gatun.bindings.OneDnnLibrary;
import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ir.Input;
import dev.gatun.graph.passes.Pipeline;
import dev.gatun.graph.plan.ExecutionPlan;
import dev.gatun.graph.plan.MemoryBudget;
import dev.gatun.graph.plan.MemoryPlan;
import dev.gatun.graph.schedule.Saving;
import dev.gatun.graph.schedule.Schedule;
import dev.gatun.graph.schedule.Step;
import dev.gatun.runtime.cpu.CpuBackend;
import dev.gatun.simd.CompilerDirectives;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Turns graphs into an {@link Executable}. Owns the worker threads and the kernels generated so far, which its
 * executables share; close it after them.
 */
public final class Compiler implements AutoCloseable {
    private static final String ALL = "all";
    /** The stage in which values are computed again rather than kept. */
    private static final String RECOMPUTE = "recompute";
    /** Name of the logger that hears of compilations. */
    private static final String COMPILING = "dev.gatun.compile";

    private final Backend backend;
    private final WorkerTeam team;
    private final CpuBackend cpu;
    private final Precision precision;
    private final MemoryBudget budget;
    private final Set<String> without;
    private final String why;

    /** Chooses a backend, for f32. */
    public Compiler(Backend backend, int threads) {
        this(backend, Precision.F32, threads);
    }

    /**
     * Chooses a backend.
     *
     * @param backend the way to run, or {@link Backend#AUTO}
     * @param precision element types of matrix products; bf16 needs oneDNN
     * @param threads size of the worker team; 0 for one thread a core
     * @throws BackendException when a backend named here is missing
     * @throws IllegalArgumentException when the number of threads is negative
     */
    public Compiler(Backend backend, Precision precision, int threads) {
        this(backend, precision, threads, 0);
    }

    /**
     * Chooses a backend and bounds the memory of what it compiles: where activations would not fit, the backward pass
     * computes them again. That takes time and changes no result.
     *
     * @param memoryBudget bytes that the arena of an executable may have; 0 for any number. The reference backend, which
     *     plans no memory, ignores it
     */
    public Compiler(Backend backend, Precision precision, int threads, long memoryBudget) {
        this(backend, precision, threads, memoryBudget, Set.of());
    }

    /**
     * Chooses a backend and leaves passes out, to see what they earn.
     *
     * @param without names of {@link #passes}
     * @throws IllegalArgumentException for a name that is none of them
     */
    public Compiler(Backend backend, Precision precision, int threads, long memoryBudget, Set<String> without) {
        for (String name : without) {
            if (!passes().contains(name)) throw new IllegalArgumentException("no pass is named " + name + ": choose among " + String.join(", ", passes()));
        }
        this.without = Set.copyOf(without);
        budget = new MemoryBudget(memoryBudget, savings(without));
        if (threads < 0) throw new IllegalArgumentException("threads must not be negative, got " + threads);
        this.backend = backend;
        if (backend != Backend.REFERENCE) { // takes as long as loading the library; executables wait for it
            Thread.ofPlatform().daemon().name("gatun-directives").start(() -> {
                CompilerDirectives.install();
                System.getLogger(COMPILING).isLoggable(Level.DEBUG); // the first question starts the system's logging, which takes time too
            });
        }
        OneDnnLibrary.Probe probe = backend == Backend.AUTO || backend == Backend.ONEDNN
                ? OneDnnLibrary.probe()
                : new OneDnnLibrary.Missing("not asked for");
        cpu = backend == Backend.REFERENCE ? null : switch (probe) {
            case OneDnnLibrary.Ready r ->
                    new CpuBackend(backend == Backend.AUTO ? CpuBackend.Products.MEASURED : CpuBackend.Products.ONEDNN, r);
            case OneDnnLibrary.Missing m -> withoutOneDnn(backend);
        };
        if (precision == Precision.BF16 && !(probe instanceof OneDnnLibrary.Ready)) {
            String reason = probe instanceof OneDnnLibrary.Missing m && backend == Backend.AUTO ? m.reason() : "backend " + backend.option() + " was chosen";
            throw new BackendException("precision bf16 needs oneDNN's matrix products: " + reason + "; use backend auto or onednn, or precision f32");
        }
        this.precision = precision;
        why = backend == Backend.AUTO && probe instanceof OneDnnLibrary.Missing m ? "; oneDNN is missing: " + m.reason() : "";
        team = new WorkerTeam(threads == 0 ? Runtime.getRuntime().availableProcessors() : threads);
        System.getLogger("dev.gatun.backend").log(why.isEmpty() ? Level.DEBUG : Level.INFO, this::banner);
    }

    /** Names of what can be left out: passes over the graph that change how it is computed only, then savings of the plan. */
    public static List<String> passes() {
        List<String> names = new ArrayList<>(Pipeline.optional());
        names.addAll(Saving.options());
        return names;
    }

    private static Set<Saving> savings(Set<String> names) {
        return names.stream().flatMap(n -> Saving.of(n).stream()).collect(Collectors.toSet());
    }

    private static CpuBackend withoutOneDnn(Backend backend) {
        if (backend == Backend.ONEDNN) {
            String reason = ((OneDnnLibrary.Missing) OneDnnLibrary.probe()).reason();
            throw new BackendException("backend onednn is missing: " + reason + "; use backend simd or auto");
        }
        return new CpuBackend();
    }

    /** What was chosen and why, in one line. */
    public String banner() {
        return cpu == null
                ? "backend reference: plain loops in double precision, one op at a time"
                : "backend " + backend.option() + ": " + cpu.description() + "; " + precision.option() + "; " + team.size() + " threads" + why;
    }

    /** Element types of matrix products. */
    public Precision precision() {
        return precision;
    }

    /** Threads of the worker team. */
    public int threads() {
        return team.size();
    }

    /** Measures what this machine can do at most with the compiler's threads; takes about a second. */
    public Ceilings ceilings() {
        return Ceilings.measure(team);
    }

    /**
     * Compiles functions that share state by name.
     *
     * @throws IllegalArgumentException when states of one name differ in type, or the memory budget is too small
     */
    public Executable compile(Graph... graphs) {
        Phases phases = new Phases();
        List<Schedule> schedules = schedules(List.of(graphs), phases);
        List<ExecutionPlan> plans = phases.time(ALL, "plan", () -> MemoryPlan.plan(schedules, budget.without()));
        if (cpu != null) {
            phases.time(ALL, "generate", () -> {
                CompilerDirectives.install();
                cpu.warmUp(plans);
                return plans;
            });
        }
        List<CpuFunction.Lowered> lowered = lower(plans, phases);
        return bind(List.of(graphs), plans, lowered, bounds(graphs), new PlanMemory(plans, states(graphs)), phases);
    }

    /**
     * Compiles functions as {@link #compile} does, to be kept and linked later.
     *
     * @throws BackendException on the reference backend, which compiles nothing
     */
    public CompiledCode code(Graph... graphs) {
        if (cpu == null) throw new BackendException("backend reference interprets graphs as they are: there is no code to keep");
        List<ExecutionPlan> plans = plan(graphs).plans();
        List<Step> steps = plans.stream().flatMap(p -> p.steps().stream()).toList();
        Map<String, Boolean> decisions = cpu.decisions(steps);
        Target target = decisions.containsValue(true) ? here() : here().withoutLibrary();
        return new CompiledCode(target, plans, bounds(graphs), List.copyOf(states(graphs).values()), decisions, LoopCode.of(steps, cpu.loops()));
    }

    private static Map<String, Map<String, Integer>> bounds(Graph[] graphs) {
        Map<String, Map<String, Integer>> bounds = new LinkedHashMap<>();
        for (Graph g : graphs) bounds.put(g.name(), IndexBounds.of(g));
        return bounds;
    }

    private static Map<String, Input> states(Graph[] graphs) {
        Map<String, Input> states = new LinkedHashMap<>();
        for (Graph g : graphs) g.inputs(Input.Role.STATE).forEach(s -> states.putIfAbsent(s.name(), s));
        return states;
    }

    private Target here() {
        return new Target(backend, System.getProperty("os.arch"), Float.SIZE * cpu.loops().lanes(), cpu.libraryTarget(), Target.GATUN);
    }

    /**
     * Makes an executable of code that was compiled earlier. Loops run at full speed once HotSpot has compiled them.
     *
     * @throws BackendException when this machine lacks what the code needs, or on the reference backend
     * @throws IllegalArgumentException when the code does not fit its plans
     */
    public Executable link(CompiledCode code) {
        PlanMemory memory = PlanMemory.of(code);
        try {
            return link(code, memory);
        } catch (RuntimeException e) {
            memory.close();
            throw e;
        }
    }

    /**
     * As {@link #link(CompiledCode)}, on memory whose states may be filled already.
     *
     * @param memory of this code; belongs to the executable from now on, but is the caller's to close when this throws
     */
    public Executable link(CompiledCode code, PlanMemory memory) {
        if (cpu == null) throw new BackendException("backend reference runs no compiled code");
        code.target().check(here());
        Phases phases = new Phases();
        cpu.adopt(code.decisions());
        phases.time(ALL, "define", () -> {
            LoopCode.adopt(code.plans().stream().flatMap(p -> p.steps().stream()).toList(), code.loops(), cpu.loops());
            return code;
        });
        return bind(List.of(), code.plans(), lower(code.plans(), phases), code.bounds(), memory, phases);
    }

    private List<CpuFunction.Lowered> lower(List<ExecutionPlan> plans, Phases phases) {
        return phases.time(ALL, "lower", () -> cpu == null ? List.of() : plans.stream().map(p -> CpuFunction.Lowered.of(p, cpu)).toList());
    }

    private Executable bind(List<Graph> graphs, List<ExecutionPlan> plans, List<CpuFunction.Lowered> lowered,
            Map<String, Map<String, Integer>> bounds, PlanMemory memory, Phases phases) {
        if (cpu != null) CompilerDirectives.install(); // before generated loops are run
        long scratchBytes = lowered.stream().mapToLong(CpuFunction.Lowered::scratchBytes).max().orElse(0);
        MemorySegment[] scratch = new MemorySegment[team.size()];
        for (int i = 0; i < scratch.length; i++) scratch[i] = memory.allocate(scratchBytes);
        Map<String, ExecutionPlan> planned = new LinkedHashMap<>();
        Map<String, Function> functions = new LinkedHashMap<>();
        for (int i = 0; i < plans.size(); i++) {
            planned.put(plans.get(i).name(), plans.get(i));
            functions.put(plans.get(i).name(), cpu == null
                    ? new ReferenceFunction(graphs.get(i), plans.get(i), memory.arena())
                    : lowered.get(i).bind(memory.arena(), scratch, team));
        }
        System.getLogger(COMPILING).log(Level.DEBUG, () -> phases.text(planned.keySet()));
        return new Executable(memory, planned, bounds, functions, phases.taken());
    }

    /**
     * Compiles one more function for an executable of this compiler, over the same states. Its data and results are good from
     * a write to the reads after the next run; another function that runs in between may overwrite them. The arena grows where
     * the function needs more.
     *
     * @throws IllegalArgumentException when it has a state that the executable does not have, or a name that it has
     */
    public void extend(Executable executable, Graph graph) {
        Phases phases = new Phases();
        Schedule schedule = schedules(List.of(graph), phases).getFirst();
        ExecutionPlan plan = phases.time(graph.name(), "plan", () ->
                MemoryPlan.beside(executable.kept(), executable.base(), schedule, budget.without()));
        Map<String, Integer> bounds = IndexBounds.of(graph);
        Arena own = Arena.ofShared();
        if (cpu == null) {
            executable.add(plan, bounds, own, arena -> new ReferenceFunction(graph, plan, arena));
            return;
        }
        CompilerDirectives.install();
        cpu.warmUp(List.of(plan));
        CpuFunction.Lowered lowered = CpuFunction.Lowered.of(plan, cpu);
        MemorySegment[] scratch = scratch(own, lowered.scratchBytes());
        executable.add(plan, bounds, own, arena -> lowered.bind(arena, scratch, team));
    }

    private MemorySegment[] scratch(Arena owner, long bytes) {
        MemorySegment[] scratch = new MemorySegment[team.size()];
        for (int i = 0; i < scratch.length; i++) scratch[i] = owner.allocate(Math.max(1, bytes), MemoryPlan.ALIGNMENT);
        return scratch;
    }

    /**
     * The first part of {@link #compile}, which makes no kernels and takes no memory: passes, fusion, addresses.
     *
     * @throws IllegalArgumentException when states of one name differ in type
     */
    public Planned plan(Graph... graphs) {
        Phases phases = new Phases();
        List<Graph> expanded = cpu == null ? List.of(graphs) : expanded(List.of(graphs), phases);
        List<Schedule> schedules = cpu == null ? schedules(expanded, phases) : fuse(expanded, phases);
        List<ExecutionPlan> plans = phases.time(ALL, "plan", () -> MemoryPlan.plan(schedules, budget.without()));
        return new Planned(plans, phases.taken(), expanded.stream().mapToInt(g -> g.nodes().size()).sum());
    }

    /**
     * Plans and what making them took.
     *
     * @param plans one for each function
     * @param phases in order
     * @param nodes of the graphs after all passes
     */
    public record Planned(List<ExecutionPlan> plans, List<CompilePhase> phases, int nodes) {}

    /**
     * Compiles a graph without running it and tells what was done.
     *
     * @throws BackendException on the reference backend, which compiles nothing
     */
    public Explanation explain(Graph graph) {
        if (cpu == null) throw new BackendException("backend reference interprets the graph as it is: there is nothing to explain");
        Phases phases = new Phases();
        List<Pipeline.Stage> stages = new ArrayList<>(phases.passes(graph.name(), () -> pipeline().stages(graph)));
        MemoryBudget.Fusion fusion = fusions(graph.name(), List.of(stages.getLast().graph()), phases).getFirst();
        if (fusion.graph() != stages.getLast().graph()) stages.add(new Pipeline.Stage(RECOMPUTE, fusion.graph(), 0)); // its time is fusing's
        ExecutionPlan plan = phases.time(graph.name(), "plan", () -> MemoryPlan.plan(List.of(fusion.schedule()), budget.without()).getFirst());
        List<Explanation.Lowering> steps = phases.time(graph.name(), "generate", () -> plan.steps().stream()
                .map(s -> new Explanation.Lowering(cpu.describe(s), cpu.listing(s)))
                .toList());
        return new Explanation(stages, plan, steps, phases.taken());
    }

    private Pipeline pipeline() {
        return Pipeline.standard(cpu.claims(), precision == Precision.BF16).without(without);
    }

    private List<Schedule> schedules(List<Graph> graphs, Phases phases) {
        if (cpu == null) return graphs.stream().map(Pinned::schedule).toList();
        return fuse(expanded(graphs, phases), phases);
    }

    private List<Graph> expanded(List<Graph> graphs, Phases phases) {
        return graphs.stream().map(g -> phases.passes(g.name(), () -> pipeline().stages(g)).getLast().graph()).toList();
    }

    private List<Schedule> fuse(List<Graph> expanded, Phases phases) {
        return fusions(ALL, expanded, phases).stream().map(MemoryBudget.Fusion::schedule).toList();
    }

    private List<MemoryBudget.Fusion> fusions(String function, List<Graph> expanded, Phases phases) {
        return phases.time(function, "fuse", () -> budget.fuse(expanded, cpu::withWorkspaces));
    }

    @Override
    public void close() {
        team.close();
        if (cpu != null) cpu.close();
    }
}
