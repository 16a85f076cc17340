package dev.gatun.graph.schedule;

import dev.gatun.graph.ops.Op;
import java.util.List;

/**
 * An op that runs as a kernel of its own: a matrix product, attention, a scatter.
 *
 * @param label short name for listings
 * @param source the user's line
 * @param op what to compute
 * @param operands where its operands lie
 * @param results where its results go
 * @param workspace buffer for the kernel's own use (packed panels, say); -1 for none
 */
public record Call(String label, String source, Op op, List<Place> operands, List<Place> results, int workspace)
        implements Step {
    public Call {
        operands = List.copyOf(operands);
        results = List.copyOf(results);
    }
}
