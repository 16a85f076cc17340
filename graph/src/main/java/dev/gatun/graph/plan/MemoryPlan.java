package dev.gatun.graph.plan;

import dev.gatun.graph.schedule.Buffer;
import dev.gatun.graph.schedule.InPlace;
import dev.gatun.graph.schedule.Saving;
import dev.gatun.graph.schedule.Schedule;
import dev.gatun.graph.schedule.StepAccess;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Lays buffers out in one arena. First come buffers that callers know of: state, shared by name between the functions
 * of an executable, and each function's data and results. Behind them every function lays its temporaries anew, each
 * at the lowest address where nothing that lives at the same time lies; the largest choose first. Loops write over what
 * they read for the last time, see {@link InPlace}.
 */
public final class MemoryPlan {
    /** Alignment of every buffer in bytes: a cache line, and a vector of 512 bits. */
    public static final long ALIGNMENT = 64;

    private MemoryPlan() {}

    /** Plans several functions in one arena, loops in place where that takes less. States of one name must agree in type. */
    public static List<ExecutionPlan> plan(List<Schedule> functions) {
        return plan(functions, Set.of());
    }

    /** Plans several functions, but for some savings. */
    public static List<ExecutionPlan> plan(List<Schedule> functions, Set<Saving> without) {
        boolean reuses = !without.contains(Saving.REUSE);
        List<ExecutionPlan> apart = layout(functions, reuses);
        if (!reuses || without.contains(Saving.IN_PLACE)) return apart;
        List<ExecutionPlan> inPlace = layout(functions.stream().map(InPlace::apply).toList(), true);
        return inPlace.getFirst().arenaBytes() <= apart.getFirst().arenaBytes() ? inPlace : apart;
    }

    private static List<ExecutionPlan> layout(List<Schedule> functions, boolean reuses) {
        Map<String, Long> states = new HashMap<>();
        Map<String, Buffer> types = new HashMap<>();
        List<long[]> offsets = new ArrayList<>();
        long pinned = 0;
        for (Schedule s : functions) {
            long[] at = new long[s.buffers().size()];
            for (Buffer b : s.buffers()) {
                if (b.kind() == Buffer.Kind.TEMPORARY) continue;
                Long shared = b.kind() == Buffer.Kind.STATE ? states.get(b.name()) : null;
                if (shared != null) agree(types.get(b.name()), b, s.name());
                at[b.id()] = shared != null ? shared : pinned;
                if (shared == null) pinned += aligned(b.bytes());
                if (b.kind() == Buffer.Kind.STATE) {
                    states.put(b.name(), at[b.id()]);
                    types.put(b.name(), b);
                }
            }
            offsets.add(at);
        }
        long end = pinned;
        for (int i = 0; i < functions.size(); i++) end = Math.max(end, temporaries(functions.get(i), pinned, offsets.get(i), reuses));
        List<ExecutionPlan> plans = new ArrayList<>();
        for (int i = 0; i < functions.size(); i++) {
            Schedule s = functions.get(i);
            List<Long> at = Arrays.stream(offsets.get(i)).boxed().toList();
            plans.add(new ExecutionPlan(s.name(), s.buffers(), at, s.steps(), s.inputs(), s.results(), end));
        }
        return plans;
    }

    /**
     * Plans one more function over an arena that others use: states lie where they do already; data, results and temporaries
     * lie where those of others may, so that they are good from a write to the end of the next run and its reads.
     *
     * @param there where states lie, by name
     * @param base first byte behind all that is kept from run to run
     * @throws IllegalArgumentException for a state that is not there, or of another type
     */
    public static ExecutionPlan beside(Map<String, Kept> there, long base, Schedule s, Set<Saving> without) {
        long[] at = new long[s.buffers().size()];
        long end = base;
        for (Buffer b : s.buffers()) {
            if (b.kind() == Buffer.Kind.TEMPORARY) continue;
            if (b.kind() == Buffer.Kind.STATE) {
                Kept kept = there.get(b.name());
                if (kept == null) throw new IllegalArgumentException("function " + s.name() + " keeps state " + b.name() + ", which no function had from the start");
                agree(kept.buffer, b, s.name());
                at[b.id()] = kept.offset;
            } else {
                at[b.id()] = end;
                end += aligned(b.bytes());
            }
        }
        end = temporaries(s, end, at, !without.contains(Saving.REUSE));
        return new ExecutionPlan(s.name(), s.buffers(), Arrays.stream(at).boxed().toList(), s.steps(), s.inputs(), s.results(), end);
    }

    /**
     * Where a state lies.
     *
     * @param buffer its name and type
     * @param offset byte offset in the arena
     */
    public record Kept(Buffer buffer, long offset) {}

    private static void agree(Buffer a, Buffer b, String function) {
        if (a.dtype() != b.dtype() || a.elements() != b.elements()) {
            throw new IllegalArgumentException("state " + b.name() + " of " + function + " has " + b.elements() + " elements of "
                    + b.dtype() + ", another function has " + a.elements() + " of " + a.dtype());
        }
    }

    /** First and last step that touch a buffer. */
    record Life(int buffer, int first, int last, long bytes) {
        boolean meets(Life other) {
            return first <= other.last && other.first <= last;
        }
    }

    /** Lifetimes of the temporaries, those never touched left out. */
    static List<Life> lives(Schedule s) {
        int[] first = new int[s.buffers().size()];
        int[] last = new int[s.buffers().size()];
        Arrays.fill(first, Integer.MAX_VALUE);
        Arrays.fill(last, -1);
        for (int i = 0; i < s.steps().size(); i++) {
            List<Integer> touched = new ArrayList<>(StepAccess.read(s.steps().get(i)));
            touched.addAll(StepAccess.written(s.steps().get(i)));
            for (int b : touched) {
                first[b] = Math.min(first[b], i);
                last[b] = i;
            }
        }
        return s.buffers().stream()
                .filter(b -> b.kind() == Buffer.Kind.TEMPORARY && last[b.id()] >= 0)
                .map(b -> new Life(b.id(), first[b.id()], last[b.id()], aligned(b.bytes())))
                .toList();
    }

    /** Places the temporaries from {@code base} on; returns the end of the last. */
    private static long temporaries(Schedule s, long base, long[] offsets, boolean reuses) {
        List<Life> open = new ArrayList<>(lives(s));
        open.sort(Comparator.comparingLong(Life::bytes).reversed().thenComparingInt(Life::buffer));
        List<Life> placed = new ArrayList<>(); // ascending by address
        long end = base;
        for (Life life : open) {
            long at = base;
            for (Life p : placed) {
                if (reuses && !p.meets(life)) continue;
                if (offsets[p.buffer] >= at + life.bytes) break; // fits into the gap before
                at = Math.max(at, offsets[p.buffer] + p.bytes);
            }
            offsets[life.buffer] = at;
            int index = 0;
            while (index < placed.size() && offsets[placed.get(index).buffer] <= at) index++;
            placed.add(index, life);
            end = Math.max(end, at + life.bytes);
        }
        return end;
    }

    private static long aligned(long bytes) {
        return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }
}
