package dev.gatun.bench;

import dev.gatun.runtime.Backend;
import dev.gatun.runtime.Ceilings;
import dev.gatun.runtime.Compiler;
import java.io.PrintWriter;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;

/** Results of JMH suites beside what this machine can do at most, for each number of threads. */
final class Roofline {
    private final Map<Integer, Ceilings> ceilings = new TreeMap<>();

    /** Measures the ceilings for the given numbers of threads. */
    Roofline(Collection<Integer> threads) {
        for (int n : threads) {
            try (Compiler compiler = new Compiler(Backend.SIMD, n)) {
                ceilings.put(n, compiler.ceilings());
            }
        }
    }

    /** One line for each ceiling, then one for each result: time, rates, and the share of the nearest ceiling. */
    void print(PrintWriter out, Collection<RunResult> results) {
        out.println();
        ceilings.values().forEach(c -> out.printf(Locale.ROOT,
                "ceilings with %d thread%s: %.0f GFLOP/s f32, copy %.1f GB/s, triad %.1f GB/s%n",
                c.threads(), c.threads() == 1 ? "" : "s", c.gflops(), c.copyGbs(), c.triadGbs()));
        List<Row> rows = results.stream().map(this::row).sorted(Comparator.comparing(Row::name)).toList();
        int width = rows.stream().mapToInt(r -> r.name.length()).max().orElse(9);
        out.printf(Locale.ROOT, "%n%-" + width + "s %12s %7s %9s %8s %9s%n", "benchmark", "ms", "+-", "GFLOP/s", "GB/s", "roofline");
        for (Row r : rows) {
            out.printf(Locale.ROOT, "%-" + width + "s %12.4f %6.1f%% %9s %8s %9s%n", r.name, r.milliseconds, r.error,
                    rate(r.gflops), rate(r.gbs), r.share == 0 ? "" : String.format(Locale.ROOT, "%.1f%%", 100 * r.share));
        }
        out.flush();
    }

    private record Row(String name, double milliseconds, double error, double gflops, double gbs, double share) {}

    private Row row(RunResult r) {
        BenchmarkParams p = r.getParams();
        Result<?> primary = r.getPrimaryResult();
        boolean rate = primary.getScoreUnit().startsWith("ops/");
        double score = primary.getScore();
        double gflops = secondary(r, "gflop");
        double gbs = secondary(r, "gbyte");
        double share = 0;
        Ceilings c = ceilings.get(Integer.parseInt(p.getParam("threads")));
        if (rate && c != null) share = Math.max(gflops / c.gflops(), gbs / c.gbs());
        double error = primary.getScoreError() / score;
        return new Row(name(p), rate ? 1e3 / score : score, Double.isNaN(error) ? 0 : 100 * error, gflops, gbs, share);
    }

    private static String name(BenchmarkParams p) {
        String simple = p.getBenchmark().replaceAll("^.*\\.([A-Z]\\w*)\\.\\w+$", "$1");
        return simple + p.getParamsKeys().stream().sorted().map(k -> " " + k + "=" + p.getParam(k)).collect(Collectors.joining());
    }

    private static double secondary(RunResult r, String counter) {
        Result<?> x = r.getSecondaryResults().get(counter);
        return x == null ? 0 : x.getScore();
    }

    private static String rate(double x) {
        return x == 0 ? "" : String.format(Locale.ROOT, "%.1f", x);
    }
}
