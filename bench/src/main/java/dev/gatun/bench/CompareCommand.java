package dev.gatun.bench;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code gatun bench compare}. */
@Command(
        name = "compare",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Compares two JSON files of 'gatun bench jmh --json' or of 'gatun bench peers --json'.",
            "",
            "For each benchmark in both: how many times as fast the second is, with the confidence interval of that ratio "
                    + "(Welch's t on logarithms of all iterations), and whether the interval leaves 1 on one side.",
            ""
        },
        footer = {"", "Example:", "  gatun bench compare before.json after.json --fail-on-slower 5"})
final class CompareCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "A.json", description = "The earlier results.")
    private Path before;

    @Parameters(index = "1", paramLabel = "B.json", description = "The later results.")
    private Path after;

    @Option(names = "--confidence", paramLabel = "X", defaultValue = "0.95", description = "Level of the interval. Default: 0.95.")
    private double confidence;

    @Option(names = "--fail-on-slower", paramLabel = "PERCENT",
            description = "Exit code 1 when a benchmark is surely slower by more than so many percent.")
    private Double failOnSlower;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (!(confidence > 0 && confidence < 1)) throw new IllegalArgumentException("--confidence must lie between 0 and 1, got " + confidence);
        if (failOnSlower != null && !(failOnSlower >= 0)) {
            throw new IllegalArgumentException("--fail-on-slower must be at least 0, got " + failOnSlower);
        }
        Map<String, Samples> a = Samples.read(before);
        Map<String, Samples> b = Samples.read(after);
        List<String> both = a.keySet().stream().filter(b::containsKey).sorted().toList();
        if (both.isEmpty()) throw new IllegalArgumentException(before + " and " + after + " have no benchmark in common");
        PrintWriter out = spec.commandLine().getOut();
        int width = both.stream().mapToInt(String::length).max().orElse(9);
        out.printf(Locale.ROOT, "%-" + width + "s %12s %12s %8s  %-18s %s%n", "benchmark", "A ms", "B ms", "B is x", "interval", "");
        boolean failed = false;
        for (String name : both) {
            Speedup s = Speedup.of(a.get(name), b.get(name), confidence);
            out.printf(Locale.ROOT, "%-" + width + "s %12.4f %12.4f %8.3f  [%.3f, %.3f]     %s%n", name,
                    a.get(name).milliseconds(), b.get(name).milliseconds(), s.ratio(), s.low(), s.high(), s.verdict());
            failed |= failOnSlower != null && s.high() < 1 / (1 + failOnSlower / 100);
        }
        missing(out, "only in " + before, a, b);
        missing(out, "only in " + after, b, a);
        out.flush();
        return failed ? 1 : 0;
    }

    private static void missing(PrintWriter out, String where, Map<String, Samples> in, Map<String, Samples> other) {
        TreeSet<String> names = new TreeSet<>(in.keySet());
        names.removeAll(other.keySet());
        if (!names.isEmpty()) out.println(where + ": " + String.join(", ", names));
    }
}
