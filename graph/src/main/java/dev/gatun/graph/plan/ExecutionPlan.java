package dev.gatun.graph.plan;

import dev.gatun.graph.schedule.Buffer;
import dev.gatun.graph.schedule.Motion;
import dev.gatun.graph.schedule.Repeat;
import dev.gatun.graph.schedule.Schedule;
import dev.gatun.graph.schedule.Step;
import java.util.List;
import java.util.Map;

/**
 * Everything a backend needs to know: steps in order, and the address of each buffer in one arena. All that comes
 * before a plan is tested without a device; all that comes after interprets this record.
 *
 * @param name the graph's name
 * @param buffers all buffers, by number
 * @param offsets byte offset of each buffer in the arena, a multiple of {@link MemoryPlan#ALIGNMENT}
 * @param steps in order of execution
 * @param inputs buffer of each data input and state, by name
 * @param results buffer of each result, by name
 * @param arenaBytes size of the arena
 * @param motions of a loop's body, how each buffer moves from iteration to iteration; empty elsewhere
 */
public record ExecutionPlan(
        String name,
        List<Buffer> buffers,
        List<Long> offsets,
        List<Step> steps,
        Map<String, Integer> inputs,
        Map<String, Integer> results,
        long arenaBytes,
        List<Motion> motions) {
    /** A plan of steps that run once. */
    public ExecutionPlan(String name, List<Buffer> buffers, List<Long> offsets, List<Step> steps, Map<String, Integer> inputs,
            Map<String, Integer> results, long arenaBytes) {
        this(name, buffers, offsets, steps, inputs, results, arenaBytes, List.of());
    }

    /** The body of a loop as a plan of its own; offsets are those of iteration 0 but for the motion. */
    public ExecutionPlan body(Repeat r) {
        List<Long> at = r.bindings().stream().map(b -> offset(b.buffer()) + b.offset()).toList();
        List<Motion> moves = r.bindings().stream().map(Repeat.Binding::motion).toList();
        Schedule s = r.body();
        return new ExecutionPlan(s.name(), s.buffers(), at, s.steps(), s.inputs(), s.results(), arenaBytes, moves);
    }

    /** How a buffer moves. */
    public Motion motion(int buffer) {
        return motions.isEmpty() ? Motion.STILL : motions.get(buffer);
    }

    /** Byte offset of a buffer. */
    public long offset(int buffer) {
        return offsets.get(buffer);
    }
}
