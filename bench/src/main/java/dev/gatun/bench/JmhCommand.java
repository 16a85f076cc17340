package dev.gatun.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code gatun bench jmh}. */
@Command(
        name = "jmh",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Runs JMH suites, one for each layer, and holds them against what this machine can do at most.",
            "",
            "The suites are FusedLoops, Sgemm, Convolutions, Attentions, Optimizers, Steps and StartUp. They end with a "
                    + "table: time of one run with its 99.9 %% confidence interval, GFLOP/s, GB/s (every input and result counted "
                    + "once), and the share of the nearest ceiling of this machine, which is measured first.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  gatun bench jmh Sgemm --threads 1,2",
            "  gatun bench jmh FusedLoops -p loop=SOFTMAX,LAYER_NORM --json after.json",
            "  gatun bench compare before.json after.json"
        })
final class JmhCommand implements Callable<Integer> {
    @Parameters(paramLabel = "PATTERN", arity = "0..*", description = "Regular expressions of benchmark names. Default: all.")
    private List<String> patterns = new ArrayList<>();

    @Option(names = "--threads", paramLabel = "N", split = ",", defaultValue = "1", description = "Worker threads; several by commas. Default: 1.")
    private List<Integer> threads;

    @Option(names = {"-p", "--parameter"}, paramLabel = "NAME=VALUES", description = "Values of a suite's parameter, by commas. May be repeated.")
    private List<String> parameters = new ArrayList<>();

    @Option(names = "--forks", paramLabel = "N", description = "JVMs for each benchmark. Default: the suite's.")
    private Integer forks;

    @Option(names = "--json", paramLabel = "FILE", description = "Also write JMH's JSON, to be compared later.")
    private Path json;

    @Option(names = "--quick", description = "One short iteration of each, to see that it runs. Its figures mean nothing.")
    private boolean quick;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        for (int n : threads) if (n < 1) throw new IllegalArgumentException("--threads must be at least 1, got " + n);
        if (forks != null && forks < 1) throw new IllegalArgumentException("--forks must be at least 1, got " + forks);
        ChainedOptionsBuilder options = new OptionsBuilder().shouldFailOnError(true)
                .param("threads", threads.stream().map(String::valueOf).toArray(String[]::new));
        for (String p : patterns) options = options.include(p);
        for (String p : parameters) {
            int equals = p.indexOf('=');
            if (equals < 1) throw new IllegalArgumentException("--parameter needs NAME=VALUES, got '" + p + "'");
            options = options.param(p.substring(0, equals), p.substring(equals + 1).split(","));
        }
        if (forks != null) options = options.forks(forks);
        if (quick) options = options.forks(0).warmupIterations(0).measurementIterations(1).measurementTime(
                org.openjdk.jmh.runner.options.TimeValue.milliseconds(1));
        if (json != null) options = options.resultFormat(ResultFormatType.JSON).result(json.toString());
        Roofline roofline = new Roofline(threads);
        Collection<RunResult> results = new Runner(options.build()).run();
        if (results.isEmpty()) {
            throw new IllegalArgumentException(String.format(Locale.ROOT, "no benchmark's name matches %s", patterns));
        }
        roofline.print(spec.commandLine().getOut(), results);
        return 0;
    }
}
