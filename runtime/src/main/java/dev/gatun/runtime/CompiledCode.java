package dev.gatun.runtime;

import dev.gatun.graph.ir.Input;
import dev.gatun.graph.plan.ExecutionPlan;
import java.util.List;
import java.util.Map;

/**
 * What compiling makes apart from memory and what HotSpot adds: it can be kept in a file and be linked later, in another
 * process or on another machine of the same kind.
 *
 * @param target what it asks of a machine
 * @param plans one for each function
 * @param bounds for each function, what the ids of its i32 inputs must lie below
 * @param states kept from run to run, in order
 * @param decisions for each shape of product or convolution, whether oneDNN computes it
 * @param loops code of the loops, each in the order in which the plans first need it
 */
public record CompiledCode(
        Target target,
        List<ExecutionPlan> plans,
        Map<String, Map<String, Integer>> bounds,
        List<Input> states,
        Map<String, Boolean> decisions,
        List<LoopCode> loops) {
    /** Copies the lists. */
    public CompiledCode {
        plans = List.copyOf(plans);
        states = List.copyOf(states);
        loops = List.copyOf(loops);
        if (plans.isEmpty()) throw new IllegalArgumentException("compiled code has at least one function");
    }
}
