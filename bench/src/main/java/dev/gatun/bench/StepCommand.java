package dev.gatun.bench;

import dev.gatun.models.gpt.GptConfig;
import dev.gatun.models.report.EnergyText;
import dev.gatun.runtime.Backend;
import dev.gatun.runtime.Compiler;
import dev.gatun.runtime.EnergyMeter;
import dev.gatun.runtime.Executable;
import dev.gatun.runtime.Precision;
import dev.gatun.runtime.Profile;
import dev.gatun.runtime.ProfilerOverhead;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code gatun bench step}. */
@Command(
        name = "step",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Times one training step: forward, backward, update.",
            "",
            "A GPT is clipped to global norm 1 and updated by AdamW, lenet5-b64 and lstm-2x256-seq64-b32 by Adam, "
                    + "resnet18-cifar-b64 by SGD with momentum 0.9. decode-nano-kv is no training: 192 tokens written one by one, "
                    + "greedily, with a key and value cache; --batch N writes N texts at a time.",
            "",
            "Prints RESULT lines, fields separated by tabs: peer, workload, threads, median ms, min ms, iterations, rate, "
                    + "unit, cores kept busy by other processes, note. Stops with an error unless the loss fell.",
            ""
        })
final class StepCommand implements Callable<Integer> {
    private static final int PROFILED = 5;

    @Parameters(
            paramLabel = "WORKLOAD",
            converter = Workload.Name.class,
            description = "gpt-nano, gpt-124m, llama-nano, lenet5-b64 (also lenet), resnet18-cifar-b64 (resnet18-cifar), lstm-2x256-seq64-b32 "
                    + "(lstm), decode-nano-kv (decode), or gpt with the sizes below.")
    private String workload;

    @Option(names = "--threads", paramLabel = "N", description = "Worker threads. Default: one for each core.")
    private Integer threads;

    @Option(names = "--backend", paramLabel = "NAME", defaultValue = "auto", description = "auto, simd, onednn or reference.")
    private Backend backend;

    @Option(names = "--precision", paramLabel = "TYPE", defaultValue = "f32", description = "f32 or bf16.")
    private Precision precision;

    @Option(names = "--layers", paramLabel = "N", description = "For gpt. Default: 6.")
    private Integer layers;

    @Option(names = "--heads", paramLabel = "N", description = "For gpt. Default: 6.")
    private Integer heads;

    @Option(names = "--width", paramLabel = "N", description = "For gpt. Default: 384.")
    private Integer width;

    @Option(names = "--context", paramLabel = "N", description = "For gpt. Default: 256.")
    private Integer context;

    @Option(names = "--batch", paramLabel = "N", description = "For gpt. Default: 8.")
    private Integer batch;

    @Option(names = "--vocab", paramLabel = "N", description = "For gpt. Default: 512.")
    private Integer vocabulary;

    @Option(names = "--memory-budget", paramLabel = "MIB", description = "Bound of the arena in MiB; activations that do not fit are computed again.")
    private Integer memoryBudget;

    @Option(names = "--without-pass", paramLabel = "NAME", split = ",", description = "Leave passes out, to see what they earn: 'gatun bench passes' lists them.")
    private List<String> without = List.of();

    @Option(names = "--profile", description = "Also print a table of times by kernel, and what taking them costs.")
    private boolean profile;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (threads != null && threads < 1) throw new IllegalArgumentException("--threads must be at least 1, got " + threads);
        if (memoryBudget != null && memoryBudget < 1) throw new IllegalArgumentException("--memory-budget must be at least 1, got " + memoryBudget);
        if (workload.equals(DecodeBench.NAME)) return decode();
        ImageWorkload images = ImageWorkload.of(workload);
        RecurrentWorkload sequences = RecurrentWorkload.of(workload);
        Workload w = images == null && sequences == null ? workload() : null;
        if (w == null) refuseSizes();
        PrintWriter out = spec.commandLine().getOut();
        long budget = memoryBudget == null ? 0 : (long) memoryBudget << 20;
        try (Compiler compiler = new Compiler(backend, precision, threads == null ? 0 : threads, budget, Set.copyOf(without))) {
            out.println("# " + compiler.banner());
            long start = System.nanoTime();
            try (StepBench bench = w != null ? StepBench.of(compiler, w)
                    : images != null ? StepBench.of(compiler, images) : StepBench.of(compiler, sequences)) {
                out.printf(Locale.ROOT, "# %,d parameters, arena %.1f MiB, compiled in %.1f s%n", bench.parameters(),
                        bench.executable().arenaBytes() / 1048576.0, (System.nanoTime() - start) / 1e9);
                out.flush();
                Results results = new Results(out, compiler.threads());
                EnergyMeter meter = EnergyMeter.open();
                double[] ms = bench.measure(results);
                double units = (double) bench.steps() * (w != null ? w.tokens() : images != null ? images.batch() : sequences.tokens());
                out.printf("# energy %s%n", energy(meter, units, images != null ? "image" : "token"));
                String note = bench.losses() + " in " + bench.steps() + " steps; params " + bench.parameters();
                if (sequences != null) {
                    results.time(sequences.name(), ms, sequences.tokens(), "tokens/s", note);
                    results.time(sequences.name() + ".flops", ms, 3 * sequences.forwardFlops(), "GFLOP/s", "3 x forward products");
                } else if (images == null) {
                    results.time(w.name(), ms, w.tokens(), "tokens/s", note);
                    results.time(w.name() + ".flops", ms, w.flops(bench.parameters()), "GFLOP/s", "6*N*tokens + 12*L*d*T*tokens");
                } else {
                    results.time(images.name(), ms, images.batch(), "images/s", note);
                    results.time(images.name() + ".flops", ms, 3 * images.forwardFlops() * images.batch(), "GFLOP/s",
                            "3 x forward conv+dense FLOP");
                }
                results.peakMemory(workload);
                if (profile) profile(out, bench.executable(), bench::step);
            }
        }
        return 0;
    }

    private static String energy(EnergyMeter meter, double units, String unit) {
        double joules = meter.joules();
        return Double.isNaN(joules) ? "not available: " + meter.reason() : EnergyText.each(joules / units, unit) + ", warm-up included";
    }

    private int decode() {
        boolean sized = layers != null || heads != null || width != null || context != null || vocabulary != null;
        if (sized) throw new IllegalArgumentException("workload " + workload + " has fixed sizes, but for --batch");
        PrintWriter out = spec.commandLine().getOut();
        try (Compiler compiler = new Compiler(backend, precision, threads == null ? 0 : threads);
                DecodeBench bench = new DecodeBench(compiler, size("--batch", batch, 1))) {
            out.println("# " + compiler.banner());
            out.printf(Locale.ROOT, "# %,d parameters, arena %.1f MiB%n", bench.parameters(), bench.executable().arenaBytes() / 1048576.0);
            Results results = new Results(out, compiler.threads());
            double[] ms = bench.measure(results);
            int texts = bench.tokens() / DecodeBench.TOKENS;
            results.time(workload, ms, bench.tokens(), "tokens/s", "batch " + texts + ", " + DecodeBench.TOKENS + " tokens");
            double bytes = 4.0 * bench.parameters() * DecodeBench.TOKENS / 1e9;
            results.time(workload + ".weights", ms, bytes, "GB/s", "weights read once for each token");
            results.peakMemory(workload);
            if (profile) profile(out, bench.executable(), bench::run);
        }
        return 0;
    }

    private void refuseSizes() {
        if (layers != null || heads != null || width != null || context != null || batch != null || vocabulary != null) {
            throw new IllegalArgumentException("workload " + workload + " has fixed sizes: use workload gpt with sizes of your own");
        }
    }

    private Workload workload() {
        if (!workload.equals("gpt")) {
            refuseSizes();
            return Workload.of(workload);
        }
        GptConfig config = GptConfig.of(size("--vocab", vocabulary, 512), size("--context", context, 256),
                size("--layers", layers, 6), size("--heads", heads, 6), size("--width", width, 384));
        return new Workload("gpt", Workload.Family.GPT, config, size("--batch", batch, 8));
    }

    private static int size(String flag, Integer given, int otherwise) {
        if (given == null) return otherwise;
        if (given < 1) throw new IllegalArgumentException(flag + " must be at least 1, got " + given);
        return given;
    }

    private static void profile(PrintWriter out, Executable executable, Runnable step) {
        ProfilerOverhead m = ProfilerOverhead.measure(executable, step, PROFILED);
        int count = m.timedSteps();
        Profile profile = Profile.of(executable);
        double total = profile.nanos();
        out.printf(Locale.ROOT, "%n%10s %7s %8s  %-40s %s%n", "ms a step", "share", "calls", "kernel", "source");
        for (Profile.Row r : profile.rows()) {
            out.printf(Locale.ROOT, "%10.3f %6.1f%% %8d  %-40s %s%n", r.nanos() / 1e6 / count, 100 * r.nanos() / total,
                    r.calls() / count, "  ".repeat(r.depth()) + r.kernel(), r.source());
        }
        out.printf(Locale.ROOT, "%10.3f %6.1f%%%n", total / 1e6 / count, 100.0);
        out.println(m);
        out.flush();
    }
}
