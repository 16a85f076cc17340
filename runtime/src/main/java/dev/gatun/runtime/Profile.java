package dev.gatun.runtime;

import dev.gatun.graph.plan.ExecutionPlan;
import dev.gatun.graph.plan.StepCost;
import dev.gatun.graph.schedule.Repeat;
import dev.gatun.graph.schedule.Step;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where time went while profiling was on, the most expensive first. Steps alike (the same kernels from the same line, as
 * in each layer of a model) share a row. A loop's row is followed by those of its body.
 *
 * @param rows by time within what holds them
 */
public record Profile(List<Row> rows) {
    /**
     * Steps alike.
     *
     * @param function the function they belong to
     * @param kernel names of a step's kernels, joined by {@code +}
     * @param source the user's line
     * @param calls runs of such steps
     * @param nanos wall time over all runs
     * @param cost what all runs together had to do
     * @param depth loops around it, whose rows hold its time and cost
     */
    public record Row(String function, String kernel, String source, long calls, long nanos, StepCost cost, int depth) {
        /** 10^9 operations a second. */
        public double gflops() {
            return cost.flops() / nanos;
        }

        /** 10^9 bytes a second. */
        public double gbs() {
            return cost.bytes() / nanos;
        }

        /** What part of the time a machine needs that does nothing else: 1 at the roofline. */
        public double rooflineShare(Ceilings ceilings) {
            return ceilings.seconds(cost.flops(), cost.bytes()) * 1e9 / nanos;
        }

        private Row plus(Row other) {
            return new Row(function, kernel, source, calls + other.calls, nanos + other.nanos, cost.plus(other.cost), depth);
        }
    }

    /** Copies. */
    public Profile {
        rows = List.copyOf(rows);
    }

    /** A row and the groups within, each by what makes steps alike. */
    private static final class Group {
        private Row row;
        private final Map<String, Group> inner = new LinkedHashMap<>();

        /** Rows of the groups within, each followed by its own. */
        private void collect(List<Row> into) {
            inner.values().stream().sorted(Comparator.comparingLong((Group g) -> g.row.nanos).reversed()).forEach(g -> {
                into.add(g.row);
                g.collect(into);
            });
        }
    }

    private record Place(String function, List<Integer> path) {}

    /** Times that an executable took so far. */
    public static Profile of(Executable executable) {
        Map<Place, List<KernelTime>> steps = new LinkedHashMap<>(); // a loop comes before its body
        for (KernelTime t : executable.profile()) steps.computeIfAbsent(new Place(t.function(), t.path()), k -> new ArrayList<>()).add(t);
        Group all = new Group();
        Map<Place, Group> groups = new HashMap<>();
        steps.forEach((place, kernels) -> {
            Row row = row(executable.plan(place.function), kernels);
            Group outer = row.depth == 0 ? all : groups.get(new Place(place.function, place.path.subList(0, row.depth)));
            Group group = outer.inner.computeIfAbsent(place.function + " " + row.kernel + " " + row.source, k -> new Group());
            group.row = group.row == null ? row : group.row.plus(row);
            groups.put(place, group);
        });
        List<Row> rows = new ArrayList<>();
        all.collect(rows);
        return new Profile(rows);
    }

    private static Row row(ExecutionPlan plan, List<KernelTime> kernels) {
        KernelTime first = kernels.getFirst();
        String name = String.join("+", kernels.stream().map(KernelTime::kernel).distinct().toList());
        long nanos = kernels.stream().mapToLong(KernelTime::nanos).sum();
        long calls = kernels.stream().mapToLong(KernelTime::calls).max().orElse(0); // one of them may run in front of a loop only
        StepCost one = cost(plan, first.path());
        return new Row(first.function(), name, first.source(), calls, nanos, new StepCost(one.flops() * calls, one.bytes() * calls), first.depth());
    }

    private static StepCost cost(ExecutionPlan plan, List<Integer> path) {
        if (path.getFirst() < 0) return StepCost.NONE;
        Step step = plan.steps().get(path.getFirst());
        for (int i : path.subList(1, path.size())) step = ((Repeat) step).body().steps().get(i);
        return StepCost.of(step);
    }

    /** Wall time of all rows, what lies in loops once. */
    public long nanos() {
        return rows.stream().filter(r -> r.depth == 0).mapToLong(Row::nanos).sum();
    }
}
