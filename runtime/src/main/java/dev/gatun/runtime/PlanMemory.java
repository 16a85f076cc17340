package dev.gatun.runtime;

import dev.gatun.graph.ir.Input;
import dev.gatun.graph.plan.ExecutionPlan;
import dev.gatun.graph.plan.MemoryPlan;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The arena of an {@link Executable}, which owns it. It is there before the executable where code was compiled earlier:
 * states may then be read from a file while libraries are still loaded.
 */
public final class PlanMemory implements AutoCloseable {
    private final Arena owner = Arena.ofShared();
    private Arena arenaOwner = Arena.ofShared();
    private MemorySegment arena;
    private final List<ExecutionPlan> plans;
    private final Map<String, Input> states;

    PlanMemory(List<ExecutionPlan> plans, Map<String, Input> states) {
        this.plans = plans;
        this.states = states;
        arena = arenaOwner.allocate(Math.max(1, plans.getFirst().arenaBytes()), MemoryPlan.ALIGNMENT);
    }

    /** Memory for code, all zero. Close it, or {@link Compiler#link(CompiledCode, PlanMemory) link} it. */
    public static PlanMemory of(CompiledCode code) {
        Map<String, Input> states = new LinkedHashMap<>();
        code.states().forEach(s -> states.put(s.name(), s));
        return new PlanMemory(code.plans(), states);
    }

    /** More memory that lives as long, all zero. */
    MemorySegment allocate(long bytes) {
        return owner.allocate(Math.max(1, bytes), MemoryPlan.ALIGNMENT);
    }

    /** Makes the arena larger: what lies in front of {@code base} moves, all else is lost. */
    MemorySegment grow(long bytes, long base) {
        Arena larger = Arena.ofShared();
        MemorySegment memory = larger.allocate(bytes, MemoryPlan.ALIGNMENT);
        MemorySegment.copy(arena, 0, memory, 0, base);
        arenaOwner.close();
        arenaOwner = larger;
        arena = memory;
        return arena;
    }

    MemorySegment arena() {
        return arena;
    }

    /** By name, in order of declaration. */
    Map<String, Input> states() {
        return states;
    }

    /**
     * The memory of a state: dense, row-major, native byte order. Valid until close, or until
     * {@link Compiler#extend} needs a larger arena.
     *
     * @throws IllegalArgumentException for an unknown state
     */
    public MemorySegment state(String name) {
        if (!states.containsKey(name)) throw new IllegalArgumentException("no state " + name + "; there are " + String.join(", ", states.keySet()));
        for (ExecutionPlan p : plans) {
            Integer id = p.inputs().get(name);
            if (id != null) return arena.asSlice(p.offset(id), p.buffers().get(id).bytes());
        }
        throw new IllegalStateException("state " + name + " has no buffer");
    }

    /** Frees it, once; an executable that it belongs to frees it. */
    @Override
    public void close() {
        if (owner.scope().isAlive()) {
            owner.close();
            arenaOwner.close();
        }
    }
}
