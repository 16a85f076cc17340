package dev.gatun.runtime;

import dev.gatun.graph.ir.Input;
import dev.gatun.graph.plan.ExecutionPlan;
import dev.gatun.graph.plan.MemoryPlan;
import dev.gatun.graph.schedule.Buffer;
import dev.gatun.graph.types.DType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Compiled functions over one arena of off-heap memory, which holds their common state. Closing it frees everything;
 * nothing else needs to be managed.
 *
 * <p>One thread at a time may use an executable: a second one meanwhile gets an {@link IllegalStateException}, and
 * so does anybody after {@link #close}. Steps allocate nothing on the heap.
 */
public final class Executable implements AutoCloseable {
    private final PlanMemory memory;
    private MemorySegment arena;
    /** First byte behind what is kept from run to run. */
    private final long base;
    /** Scratch memory of functions that were added. */
    private final Map<String, Arena> scratch = new HashMap<>();
    private final Map<String, ExecutionPlan> plans;
    private final Map<String, Map<String, Integer>> bounds;
    private final Map<String, Function> functions;
    private final List<CompilePhase> phases;
    private final AtomicReference<Thread> user = new AtomicReference<>();
    private boolean closed;
    private boolean profiling;
    private KernelListener listener;

    /** Called by {@link Compiler}. */
    Executable(PlanMemory memory, Map<String, ExecutionPlan> plans, Map<String, Map<String, Integer>> bounds,
            Map<String, Function> functions, List<CompilePhase> phases) {
        this.memory = memory;
        this.arena = memory.arena();
        this.plans = plans;
        this.bounds = bounds;
        this.functions = functions;
        this.phases = List.copyOf(phases);
        long end = 0;
        for (ExecutionPlan p : plans.values()) {
            for (Buffer b : p.buffers()) {
                if (b.kind() != Buffer.Kind.TEMPORARY) end = Math.max(end, p.offset(b.id()) + b.bytes());
            }
        }
        base = (end + MemoryPlan.ALIGNMENT - 1) / MemoryPlan.ALIGNMENT * MemoryPlan.ALIGNMENT;
    }

    /** First byte of what functions may use that are added. */
    long base() {
        return base;
    }

    /** Where each state lies. */
    Map<String, MemoryPlan.Kept> kept() {
        Map<String, MemoryPlan.Kept> kept = new HashMap<>();
        for (ExecutionPlan p : plans.values()) {
            for (Buffer b : p.buffers()) {
                if (b.kind() == Buffer.Kind.STATE) kept.putIfAbsent(b.name(), new MemoryPlan.Kept(b, p.offset(b.id())));
            }
        }
        return kept;
    }

    /** Adds a function; the arena grows where it needs more, and what is kept moves along. */
    void add(ExecutionPlan plan, Map<String, Integer> indexBounds, Arena scratchOwner, java.util.function.Function<MemorySegment, Function> bind) {
        enter();
        try {
            if (plans.containsKey(plan.name())) throw new IllegalArgumentException("there is a function " + plan.name() + " already");
            if (plan.arenaBytes() > arena.byteSize()) grow(plan.arenaBytes());
            functions.put(plan.name(), bind.apply(arena));
            plans.put(plan.name(), plan);
            bounds.put(plan.name(), indexBounds);
            scratch.put(plan.name(), scratchOwner);
        } finally {
            leave();
        }
    }

    private void grow(long bytes) {
        arena = memory.grow(bytes, base);
        functions.values().forEach(f -> f.move(arena));
    }

    /**
     * Drops a function that {@link Compiler#extend} added.
     *
     * @throws IllegalArgumentException for another function
     */
    public void remove(String function) {
        enter();
        try {
            Arena own = scratch.remove(function);
            if (own == null) throw unknown("added function", function, scratch.keySet());
            functions.remove(function).close();
            plans.remove(function);
            bounds.remove(function);
            own.close();
        } finally {
            leave();
        }
    }

    /**
     * Writes an i32 data input.
     *
     * @throws IllegalArgumentException for an unknown function or input, a wrong length or element type, or an id that
     *     lies outside the table it indexes
     */
    public void write(String function, String input, int[] values) {
        enter();
        try {
            Buffer b = data(function, input, DType.I32, values.length);
            Integer bound = bounds.get(function).get(input);
            if (bound != null) {
                for (int i = 0; i < values.length; i++) {
                    if (values[i] < 0 || values[i] >= bound) {
                        throw new IllegalArgumentException(function + ": input " + input + "[" + i + "] is " + values[i]
                                + ", must lie in 0.." + (bound - 1));
                    }
                }
            }
            MemorySegment.copy(values, 0, arena, ValueLayout.JAVA_INT, plan(function).offset(b.id()), values.length);
        } finally {
            leave();
        }
    }

    /**
     * Writes an f32 data input.
     *
     * @throws IllegalArgumentException for an unknown function or input, a wrong length or element type
     */
    public void write(String function, String input, float[] values) {
        enter();
        try {
            Buffer b = data(function, input, DType.F32, values.length);
            MemorySegment.copy(values, 0, arena, ValueLayout.JAVA_FLOAT, plan(function).offset(b.id()), values.length);
        } finally {
            leave();
        }
    }

    /** Writes an f32 data input of one element. */
    public void write(String function, String input, float value) {
        enter();
        try {
            Buffer b = data(function, input, DType.F32, 1);
            arena.set(ValueLayout.JAVA_FLOAT, plan(function).offset(b.id()), value);
        } finally {
            leave();
        }
    }

    /** Runs a function once: reads its data and the state, writes its results and updates the state. */
    public void run(String function) {
        enter();
        try {
            Function f = functions.get(function);
            if (f == null) throw unknown("function", function, functions.keySet());
            if (profiling) f.runTimed(listener);
            else f.run();
        } finally {
            leave();
        }
    }

    /** An f32 result of one element. */
    public float scalar(String function, String result) {
        enter();
        try {
            return arena.get(ValueLayout.JAVA_FLOAT, plan(function).offset(result(function, result, DType.F32, 1).id()));
        } finally {
            leave();
        }
    }

    /** Copies an f32 result. */
    public void read(String function, String result, float[] into) {
        enter();
        try {
            Buffer b = result(function, result, DType.F32, into.length);
            MemorySegment.copy(arena, ValueLayout.JAVA_FLOAT, plan(function).offset(b.id()), into, 0, into.length);
        } finally {
            leave();
        }
    }

    /** Copies an i32 result. */
    public void read(String function, String result, int[] into) {
        enter();
        try {
            Buffer b = result(function, result, DType.I32, into.length);
            MemorySegment.copy(arena, ValueLayout.JAVA_INT, plan(function).offset(b.id()), into, 0, into.length);
        } finally {
            leave();
        }
    }

    /** The states that functions keep between runs, in order of declaration. */
    public List<Input> states() {
        return List.copyOf(memory.states().values());
    }

    /**
     * The memory of a state, to initialize, save or load it: dense, row-major, native byte order. Valid until close, or until
     * {@link Compiler#extend} needs a larger arena.
     */
    public MemorySegment state(String name) {
        enter();
        try {
            return memory.state(name);
        } finally {
            leave();
        }
    }

    /** Size of the arena. */
    public long arenaBytes() {
        return arena.byteSize();
    }

    /** The plan of a function, for inspection. */
    public ExecutionPlan plan(String function) {
        ExecutionPlan p = plans.get(function);
        if (p == null) throw unknown("function", function, plans.keySet());
        return p;
    }

    /**
     * What the ids of an i32 data input must lie below.
     *
     * @return empty for an input that indexes nothing
     */
    public OptionalInt bound(String function, String input) {
        plan(function);
        Integer bound = bounds.get(function).get(input);
        return bound == null ? OptionalInt.empty() : OptionalInt.of(bound);
    }

    /** What compiling took, phase by phase. */
    public List<CompilePhase> phases() {
        return phases;
    }

    /** Turns the taking of times on or off. */
    public void profiling(boolean on) {
        profiling = on;
    }

    /** Tells a listener of every kernel that runs while profiling is on; {@code null} for none. */
    public void listen(KernelListener to) {
        listener = to;
    }

    /** Forgets the times taken so far: those of the first steps, say, in which HotSpot still compiles. */
    public void forgetTimes() {
        functions.values().forEach(Function::forgetTimes);
    }

    /** Times taken while profiling was on. */
    public List<KernelTime> profile() {
        List<KernelTime> times = new ArrayList<>();
        functions.values().forEach(f -> times.addAll(f.times()));
        return times;
    }

    /** Frees the arena. Closing twice does nothing. */
    @Override
    public void close() {
        if (!user.compareAndSet(null, Thread.currentThread())) {
            throw new IllegalStateException("the executable is in use by another thread");
        }
        try {
            if (!closed) {
                closed = true;
                functions.values().forEach(Function::close);
                functions.clear();
                scratch.values().forEach(Arena::close);
                memory.close();
            }
        } finally {
            user.set(null);
        }
    }

    private void enter() {
        if (!user.compareAndSet(null, Thread.currentThread())) {
            throw new IllegalStateException("the executable is in use by thread " + user.get() + "; use one thread at a time");
        }
        if (closed) {
            user.set(null);
            throw new IllegalStateException("the executable is closed");
        }
    }

    private void leave() {
        user.set(null);
    }

    private Buffer data(String function, String input, DType dtype, int length) {
        ExecutionPlan p = plan(function);
        Integer id = p.inputs().get(input);
        if (id == null || p.buffers().get(id).kind() != Buffer.Kind.DATA) {
            throw unknown("data input", input, p.buffers().stream().filter(b -> b.kind() == Buffer.Kind.DATA).map(Buffer::name).toList());
        }
        return checked(function, p.buffers().get(id), dtype, length);
    }

    private Buffer result(String function, String result, DType dtype, int length) {
        ExecutionPlan p = plan(function);
        Integer id = p.results().get(result);
        if (id == null) throw unknown("result", result, p.results().keySet());
        return checked(function, p.buffers().get(id), dtype, length);
    }

    private static Buffer checked(String function, Buffer b, DType dtype, int length) {
        if (b.dtype() != dtype || b.elements() != length) {
            throw new IllegalArgumentException(function + ": " + b.name() + " has " + b.elements() + " elements of " + b.dtype()
                    + ", got " + length + " of " + dtype);
        }
        return b;
    }

    private static IllegalArgumentException unknown(String what, String name, Iterable<String> known) {
        return new IllegalArgumentException("no " + what + " " + name + "; there are " + String.join(", ", known));
    }
}
