package dev.gatun.graph.plan;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.schedule.Fuser;
import dev.gatun.graph.schedule.Recomputation;
import dev.gatun.graph.schedule.Saving;
import dev.gatun.graph.schedule.Schedule;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Fuses functions so that they fit into memory: the backward pass computes values of the forward pass again instead of
 * finding them there, the cheapest first. Those that cost next to nothing always are.
 *
 * @param bytes bound of the arena; 0 for none
 * @param without savings to leave out
 */
public record MemoryBudget(long bytes, Set<Saving> without) {
    /** Less is not worth the second look. */
    private static final long WORTH_WHILE = 4 << 20;

    public MemoryBudget {
        without = Set.copyOf(without);
        if (bytes < 0) throw new IllegalArgumentException("a memory budget must not be negative, got " + bytes);
    }

    /**
     * A graph and what became of it.
     *
     * @param graph the graph that was fused: the expanded one, or one that computes some values again
     * @param schedule its steps, which name buffers after this graph's values
     */
    public record Fusion(Graph graph, Schedule schedule) {}

    /** A function, and how much of it is computed again. */
    private final class Fused {
        final Recomputation again;
        final UnaryOperator<Schedule> finish;
        Fusion fusion;

        Fused(Graph graph, UnaryOperator<Schedule> finish) {
            this.finish = finish;
            again = Recomputation.of(graph);
            int cheap = again.cheap();
            long saved = again.candidates().subList(0, cheap).stream().mapToLong(Recomputation.Candidate::bytes).sum();
            boolean keeps = saved < WORTH_WHILE || without.contains(Saving.RECOMPUTATION);
            fusion = keeps ? new Fusion(graph, finish.apply(Fuser.schedule(graph, without))) : with(cheap);
        }

        Fusion with(int count) {
            Recomputation.Rewritten rewritten = again.rewrite(count);
            return new Fusion(rewritten.graph(), finish.apply(Fuser.schedule(rewritten, without)));
        }

        long alone() {
            return MemoryPlan.plan(List.of(fusion.schedule()), without).getFirst().arenaBytes();
        }
    }

    /**
     * Fuses expanded graphs.
     *
     * @param finish what a backend does to a schedule, such as adding workspaces
     * @throws IllegalArgumentException when the functions cannot be made to fit; the message says what they need at least
     */
    public List<Fusion> fuse(List<Graph> graphs, UnaryOperator<Schedule> finish) {
        List<Fused> functions = graphs.stream().map(g -> new Fused(g, finish)).toList();
        if (bytes == 0) return functions.stream().map(f -> f.fusion).toList();
        List<Fused> open = new ArrayList<>(functions);
        open.sort(Comparator.comparingLong(Fused::alone).reversed());
        while (arena(functions) > bytes && !open.isEmpty()) shrink(open.removeFirst(), functions);
        long least = arena(functions);
        if (least > bytes) {
            throw new IllegalArgumentException("a memory budget of " + mebibytes(bytes) + " MiB is too small: weights, optimizer state and the least of activations need "
                    + mebibytes(least) + " MiB. Give more, or use a smaller batch");
        }
        return functions.stream().map(f -> f.fusion).toList();
    }

    /** Finds how few values of a function need to be computed again; all that help when that is not enough. */
    private void shrink(Fused f, List<Fused> all) {
        int low = Math.max(1, f.again.cheap());
        int high = f.again.candidates().size();
        Fusion best = f.fusion;
        long least = arena(all);
        while (low <= high && least > bytes || low < high) {
            int count = (low + high) >>> 1;
            f.fusion = f.with(count);
            long needed = arena(all);
            boolean fits = needed <= bytes;
            if (fits || needed < least && least > bytes) {
                best = f.fusion;
                least = needed;
            }
            if (fits) high = count - 1;
            else low = count + 1;
        }
        f.fusion = best;
    }

    private long arena(List<Fused> functions) {
        return MemoryPlan.plan(schedules(functions), without).getFirst().arenaBytes();
    }

    private static List<Schedule> schedules(List<Fused> functions) {
        return functions.stream().map(f -> f.fusion.schedule()).toList();
    }

    private static long mebibytes(long bytes) {
        return Math.ceilDiv(bytes, 1 << 20);
    }
}
