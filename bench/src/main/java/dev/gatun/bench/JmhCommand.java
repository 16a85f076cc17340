package dev.gatun.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code gatun bench jmh}. */
@Command(
        name = "jmh",
        mixinStandardHelpOptions = true,
        description = "Runs JMH suites of kernels: fused loops and matrix products.")
final class JmhCommand implements Callable<Integer> {
    @Parameters(paramLabel = "PATTERN", arity = "0..*", description = "Regular expressions of benchmark names. Default: all.")
    private List<String> patterns = new ArrayList<>();

    @Option(names = "--quick", description = "One short iteration of each, to see that it runs.")
    private boolean quick;

    @Override
    public Integer call() throws Exception {
        ChainedOptionsBuilder options = new OptionsBuilder().shouldFailOnError(true);
        for (String p : patterns) options = options.include(p);
        if (quick) options = options.forks(0).warmupIterations(0).measurementIterations(1);
        new Runner(options.build()).run();
        return 0;
    }
}
