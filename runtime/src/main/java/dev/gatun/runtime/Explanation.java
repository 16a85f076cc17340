package dev.gatun.runtime;

import dev.gatun.graph.passes.Pipeline;
import dev.gatun.graph.plan.ExecutionPlan;
import java.util.List;

/**
 * What the compiler did with a graph.
 *
 * @param stages the graph after each pass
 * @param plan steps and addresses
 * @param steps for each step of the plan, how it was lowered
 * @param phases what each phase took
 */
public record Explanation(List<Pipeline.Stage> stages, ExecutionPlan plan, List<Lowering> steps, List<CompilePhase> phases) {
    /**
     * How a step was lowered.
     *
     * @param choice for a matrix product, who computes it and the times that decided; empty for others
     * @param listing for a loop, its bytecode; empty for others
     */
    public record Lowering(String choice, String listing) {}
}
