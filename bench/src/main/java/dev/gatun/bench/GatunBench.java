package dev.gatun.bench;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code gatun bench}. Exit codes: 0 done, 1 a fault or a failed check, 2 input it cannot use. */
@Command(
        name = "gatun bench",
        mixinStandardHelpOptions = true,
        subcommands = {StepCommand.class, CompileCommand.class, StartCommand.class, PassesCommand.class, JmhCommand.class, CompareCommand.class, PeersCommand.class},
        synopsisSubcommandLabel = "COMMAND",
        description = {"Measures Gatun.", ""},
        footer = {
            "",
            "Examples:",
            "  gatun bench step gpt-nano --threads 2 --profile",
            "  gatun bench step gpt --layers 4 --heads 5 --width 320 --context 192 --batch 3 --vocab 997",
            "  gatun bench compile gpt-124m --layers 6,12,24,48",
            "  gatun bench start resnet18-cifar",
            "  gatun bench passes llama-nano --pass merged-products,common",
            "  gatun bench jmh Sgemm --threads 1,2 --json after.json",
            "  gatun bench compare before.json after.json",
            "  gatun bench peers gpt-nano                  beside PyTorch (see gatun bench peers --help)"
        })
public final class GatunBench {
    @Option(names = "--debug", scope = CommandLine.ScopeType.INHERIT, description = "Show stack traces of errors.")
    private boolean debug;

    /** Runs the command and exits. */
    public static void main(String[] args) {
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        System.exit(run(out, err, args));
    }

    /** Runs the command; returns its exit code. */
    static int run(PrintWriter out, PrintWriter err, String... args) {
        GatunBench root = new GatunBench();
        CommandLine command = command(root).setOut(out).setErr(err);
        command.setParameterExceptionHandler((e, given) -> report(err, e, root.debug, 2));
        command.setExecutionExceptionHandler((e, line, parsed) -> {
            boolean input = e instanceof IllegalArgumentException || e instanceof dev.gatun.runtime.BackendException;
            return report(err, e, root.debug, input ? 2 : 1);
        });
        return command.execute(args);
    }

    static CommandLine command(GatunBench root) {
        return new CommandLine(root).setCaseInsensitiveEnumValuesAllowed(true).setUsageHelpWidth(100);
    }

    private static int report(PrintWriter err, Exception e, boolean debug, int code) {
        String text = e instanceof RuntimeException && e.getMessage() != null ? e.getMessage() : e.toString();
        err.println("gatun bench: " + text.lines().map(String::strip).collect(Collectors.joining(" ")));
        if (debug) e.printStackTrace(err);
        err.flush();
        return code;
    }
}
