package dev.gatun.tools;

import dev.gatun.graph.ir.Graph;
import dev.gatun.models.checkpoint.AtomicFile;
import dev.gatun.models.ready.RandomInputs;
import dev.gatun.models.ready.ReadyModel;
import dev.gatun.runtime.Ceilings;
import dev.gatun.runtime.ChromeTrace;
import dev.gatun.runtime.Compiler;
import dev.gatun.runtime.Executable;
import dev.gatun.runtime.Profile;
import dev.gatun.runtime.ProfilerOverhead;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code gatun profile}. */
@Command(
        name = "profile",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Says where the time of a model goes, kernel by kernel, and how near each comes to what this machine can do.",
            "",
            "A function of the model runs on random inputs. The ceilings, multiply-adds and memory bandwidth, are measured first.",
            "",
            "Blocks of steps with and without the taking of times alternate, so that what it costs is measured too.",
            ""
        },
        footer = {
            "",
            "The roofline share is the time that the slower of operations and bytes would take at the machine's ceilings, "
                    + "divided by the time taken. Bytes count each operand once; what stays in cache can exceed 100 %%.",
            "",
            "Examples:",
            "  gatun profile gpt-nano --steps 10 --threads 2",
            "  gatun profile resnet18-cifar --trace step.json     then open the file in https://ui.perfetto.dev",
            "  gatun profile runs/notes --function decode",
            "  GATUN_OPTS=-XX:StartFlightRecording:filename=a.jfr,dev.gatun.Kernel#enabled=true gatun profile vgg"
        })
final class ProfileCommand implements Callable<Integer> {
    @Mixin
    private ModelOptions model;

    @Option(
            names = "--function",
            paramLabel = "NAME",
            description = "train, evaluate, and prefill or decode (texts) or logits (images); of a graph its own name. Default: the first that the model has.")
    private String function;

    @Option(names = "--steps", paramLabel = "N", defaultValue = "10", description = "Steps to measure at least; more, where seconds are enough for them. Default: 10.")
    private int steps;

    @Option(names = "--rows", paramLabel = "N", defaultValue = "40", description = "Rows of the table; the rest is summed up. Default: 40.")
    private int rows;

    @Option(names = "--trace", paramLabel = "FILE", description = "Write as many steps as a Chrome trace, which Perfetto shows.")
    private Path trace;

    @Mixin
    private DeviceOptions device;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        Flags.atLeastOne("--steps", steps);
        Flags.atLeastOne("--rows", rows);
        ReadyModel opened = model.open();
        Graph graph = opened.graph(function == null ? null : function.toLowerCase(Locale.ROOT));
        PrintWriter out = spec.commandLine().getOut();
        try (Compiler compiler = device.compiler()) {
            out.printf("%s%n", compiler.banner());
            Ceilings ceilings = compiler.ceilings();
            out.printf(Locale.ROOT, "ceilings %.1f GFLOP/s f32, copy %.1f GB/s, triad %.1f GB/s with %d threads%n", ceilings.gflops(),
                    ceilings.copyGbs(), ceilings.triadGbs(), ceilings.threads());
            out.flush();
            try (Executable executable = compiler.compile(graph)) {
                opened.start().write(executable);
                new RandomInputs(executable, graph.name(), 1).write();
                ProfilerOverhead m = ProfilerOverhead.measure(executable, () -> executable.run(graph.name()), steps);
                print(out, Profile.of(executable), ceilings, m);
                if (trace == null) return 0;
                writeTrace(executable, graph.name());
                out.printf("trace    %s%n", trace);
                out.flush();
            }
        }
        return 0;
    }

    private void writeTrace(Executable executable, String name) throws IOException {
        ChromeTrace collected = new ChromeTrace();
        executable.listen(collected);
        executable.profiling(true);
        for (int i = 0; i < steps; i++) executable.run(name);
        executable.profiling(false);
        executable.listen(null);
        StringBuilder text = new StringBuilder();
        collected.write(text);
        AtomicFile.write(trace, text.toString());
    }

    private void print(PrintWriter out, Profile profile, Ceilings ceilings, ProfilerOverhead m) {
        double count = m.timedSteps();
        double total = profile.nanos();
        out.printf(Locale.ROOT, "%n%9s %6s %6s %9s %8s %9s  %-32s %s%n", "ms/step", "share", "calls", "GFLOP/s", "GB/s", "roofline", "kernel", "source");
        double others = 0;
        for (int i = 0; i < profile.rows().size(); i++) {
            Profile.Row r = profile.rows().get(i);
            if (i >= rows) {
                if (r.depth() == 0) others += r.nanos();
                continue;
            }
            out.printf(Locale.ROOT, "%9.3f %5.1f%% %6d %9.1f %8.1f %8.1f%%  %-32s %s%n", r.nanos() / 1e6 / count, 100 * r.nanos() / total,
                    r.calls() / m.timedSteps(), r.gflops(), r.gbs(), 100 * r.rooflineShare(ceilings), "  ".repeat(r.depth()) + r.kernel(), r.source());
        }
        if (others > 0) out.printf(Locale.ROOT, "%9.3f %5.1f%%  in %d rows more%n", others / 1e6 / count, 100 * others / total, profile.rows().size() - rows);
        double wall = m.timedNanos();
        double least = profile.rows().stream().filter(r -> r.depth() == 0).mapToDouble(r -> ceilings.seconds(r.cost().flops(), r.cost().bytes()) * 1e9).sum();
        out.printf(Locale.ROOT, "%9.3f ms a step in kernels, %.1f %% of its wall time of %.3f ms; at the roofline %.3f ms (%.1f %%)%n",
                total / 1e6 / count, 100 * total / wall, wall / 1e6 / count, least / 1e6 / count, 100 * least / total);
        out.println(m);
        out.flush();
    }
}
