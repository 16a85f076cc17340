package dev.gatun.graph.plan;

import dev.gatun.graph.schedule.Buffer;
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
 */
public record ExecutionPlan(
        String name,
        List<Buffer> buffers,
        List<Long> offsets,
        List<Step> steps,
        Map<String, Integer> inputs,
        Map<String, Integer> results,
        long arenaBytes) {

    /** Byte offset of a buffer. */
    public long offset(int buffer) {
        return offsets.get(buffer);
    }
}
