package dev.gatun.bench;

import dev.gatun.graph.plan.ExecutionPlan;
import dev.gatun.graph.plan.StepCost;
import dev.gatun.models.train.TrainingGraph;
import dev.gatun.runtime.Backend;
import dev.gatun.runtime.Compiler;
import dev.gatun.runtime.Precision;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code gatun bench passes}. */
@Command(
        name = "passes",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Measures what each pass of the compiler earns.",
            "",
            "A training step is compiled without it and with it, and both run by turns in one JVM. Prints a table in "
                    + "Markdown, a row for each pass, each figure without and with it: plan steps, operations, bytes moved, the arena, "
                    + "and the median time of a step with the spread of its pairs.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  gatun bench passes llama-nano",
            "  gatun bench passes resnet18-cifar-b64 --pass channel-scales,together --rounds 20"
        })
final class PassesCommand implements Callable<Integer> {
    private static final int WARM = 3;

    @Parameters(paramLabel = "WORKLOAD", converter = Workload.Name.class, description = "As for 'gatun bench step'.")
    private String workload;

    @Option(names = "--pass", paramLabel = "NAME", split = ",", description = "Passes to measure. Default: all.")
    private List<String> passes;

    @Option(names = "--rounds", paramLabel = "N", defaultValue = "8", description = "Pairs of steps for each pass. Default: 8.")
    private int rounds;

    @Option(names = "--steps", paramLabel = "N", defaultValue = "1", description = "Steps of each side in a pair. Default: 1.")
    private int steps;

    @Option(names = "--threads", paramLabel = "N", description = "Worker threads. Default: one for each core.")
    private Integer threads;

    @Option(names = "--precision", paramLabel = "TYPE", defaultValue = "f32", description = "f32 or bf16.")
    private Precision precision;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (threads != null && threads < 1) throw new IllegalArgumentException("--threads must be at least 1, got " + threads);
        if (rounds < 1) throw new IllegalArgumentException("--rounds must be at least 1, got " + rounds);
        if (steps < 1) throw new IllegalArgumentException("--steps must be at least 1, got " + steps);
        if (passes != null) compiler(Set.copyOf(passes)).close(); // refuses what is no pass before anything is measured
        PrintWriter out = spec.commandLine().getOut();
        try (Compiler all = compiler(Set.of()); StepBench with = StepBench.of(all, workload)) {
            out.printf("| pass, %s without -> with | steps | GFLOP | GB moved | arena MiB | ms | faster |%n| --- | --- | --- | --- | --- | --- | --- |%n", workload);
            out.flush();
            for (String pass : passes == null ? Compiler.passes() : passes) measure(out, pass, with);
        }
        return 0;
    }

    private Compiler compiler(Set<String> without) {
        return new Compiler(Backend.AUTO, precision, threads == null ? 0 : threads, 0, without);
    }

    private void measure(PrintWriter out, String pass, StepBench with) {
        try (Compiler less = compiler(Set.of(pass)); StepBench without = StepBench.of(less, workload)) {
            ExecutionPlan before = without.executable().plan(TrainingGraph.TRAIN);
            ExecutionPlan after = with.executable().plan(TrainingGraph.TRAIN);
            String ms = "the same plan | ";
            if (!before.steps().equals(after.steps()) || before.arenaBytes() != after.arenaBytes()) ms = times(without, with);
            StepCost costBefore = cost(before);
            StepCost costAfter = cost(after);
            out.printf(Locale.ROOT, "| `%s` | %d -> %d | %.1f -> %.1f | %.3f -> %.3f | %.1f -> %.1f | %s |%n", pass, before.steps().size(), after.steps().size(),
                    costBefore.flops() / 1e9, costAfter.flops() / 1e9, costBefore.bytes() / 1e9, costAfter.bytes() / 1e9,
                    before.arenaBytes() / 1048576.0, after.arenaBytes() / 1048576.0, ms);
            out.flush();
        }
    }

    private String times(StepBench without, StepBench with) {
        for (int i = 0; i < WARM; i++) {
            milliseconds(without);
            milliseconds(with);
        }
        double[] before = new double[rounds];
        double[] after = new double[rounds];
        double[] ratios = new double[rounds];
        for (int i = 0; i < rounds; i++) {
            before[i] = milliseconds(without);
            after[i] = milliseconds(with);
            ratios[i] = before[i] / after[i];
        }
        Arrays.sort(ratios);
        return String.format(Locale.ROOT, "%.2f -> %.2f | x %.3f (%.3f to %.3f)", median(before), median(after), median(ratios),
                ratios[rounds / 4], ratios[rounds - 1 - rounds / 4]);
    }

    private double milliseconds(StepBench bench) {
        long start = System.nanoTime();
        for (int i = 0; i < steps; i++) bench.step();
        return (System.nanoTime() - start) / 1e6 / steps;
    }

    private static double median(double[] x) {
        double[] sorted = x.clone();
        Arrays.sort(sorted);
        return (sorted[(x.length - 1) / 2] + sorted[x.length / 2]) / 2;
    }

    private static StepCost cost(ExecutionPlan plan) {
        return plan.steps().stream().map(StepCost::of).reduce(StepCost.NONE, StepCost::plus);
    }
}
