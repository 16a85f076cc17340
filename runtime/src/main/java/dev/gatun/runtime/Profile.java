package dev.gatun.runtime;

import dev.gatun.graph.plan.ExecutionPlan;
import dev.gatun.graph.plan.StepCost;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where time went while profiling was on, the most expensive first. Steps alike (the same kernels from the same line, as
 * in each layer of a model) share a row.
 *
 * @param rows by time
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
     */
    public record Row(String function, String kernel, String source, long calls, long nanos, StepCost cost) {
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
            return new Row(function, kernel, source, calls + other.calls, nanos + other.nanos, cost.plus(other.cost));
        }
    }

    /** Sorts and copies. */
    public Profile {
        rows = rows.stream().sorted(Comparator.comparingLong(Row::nanos).reversed()).toList();
    }

    /** Times that an executable took so far. */
    public static Profile of(Executable executable) {
        Map<String, List<KernelTime>> steps = new LinkedHashMap<>();
        for (KernelTime t : executable.profile()) {
            if (t.depth() > 0) continue; // its loop's time holds it
            steps.computeIfAbsent(t.function() + " " + t.step(), k -> new ArrayList<>()).add(t);
        }
        Map<String, Row> rows = new LinkedHashMap<>();
        for (List<KernelTime> kernels : steps.values()) {
            KernelTime first = kernels.getFirst();
            String name = String.join("+", kernels.stream().map(KernelTime::kernel).distinct().toList());
            long nanos = kernels.stream().mapToLong(KernelTime::nanos).sum();
            StepCost one = cost(executable.plan(first.function()), first.step());
            StepCost all = new StepCost(one.flops() * first.calls(), one.bytes() * first.calls());
            Row row = new Row(first.function(), name, first.source(), first.calls(), nanos, all);
            rows.merge(first.function() + " " + name + " " + first.source(), row, Row::plus);
        }
        return new Profile(List.copyOf(rows.values()));
    }

    private static StepCost cost(ExecutionPlan plan, int step) {
        return step < 0 ? StepCost.NONE : StepCost.of(plan.steps().get(step));
    }

    /** Wall time of all rows. */
    public long nanos() {
        return rows.stream().mapToLong(Row::nanos).sum();
    }
}
