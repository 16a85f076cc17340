package dev.gatun.tools;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.UnmatchedArgumentException;

/** The {@code gatun} command. Exit codes: 0 done, 1 a fault of gatun, 2 input it cannot use, 130 interrupted. */
@Command(
        name = "gatun",
        mixinStandardHelpOptions = true,
        version = "gatun 0.1.0",
        subcommands = {
            TrainCommand.class,
            TuneCommand.class,
            ReportCommand.class,
            EvalCommand.class,
            PredictCommand.class,
            ScoreCommand.class,
            SampleCommand.class,
            ChatCommand.class,
            FinetuneCommand.class,
            MergeCommand.class,
            CleanCommand.class,
            TokenizeCommand.class,
            TokenizerCommand.class,
            ImportCommand.class,
            ExportCommand.class,
            ExplainCommand.class,
            ProfileCommand.class,
            CompileCommand.class,
            DoctorCommand.class
        },
        synopsisSubcommandLabel = "COMMAND",
        description = {"Trains neural networks inside the JVM.", ""},
        footer = {
            "",
            "Examples:",
            "  gatun train gpt                          train a small GPT on Java sources, minutes",
            "  gatun train gpt --data book.txt          ... on your own text",
            "  gatun train lenet                        train a network on images of digits, under a minute",
            "  gatun tune lenet --search learning-rate=log:1e-4..1e-1    look for good flags",
            "  gatun eval runs/lenet-...                accuracy, F1 and confusion matrix",
            "  gatun report runs/lenet-...              its curves and tables as a page for a browser",
            "  gatun sample runs/gpt-baby-... --prompt \"The \"   let it write",
            "  gatun explain gpt-baby                   see what the compiler makes of it",
            "  gatun profile gpt-nano                   see where the time of a step goes",
            "  gatun compile runs/... -o model.jar      compile ahead of time, to load and run at once",
            "  gatun bench step gpt-nano --threads 2    time a training step (see gatun bench --help)",
            "  gatun doctor                             what works on this machine"
        })
public final class Gatun {
    @Option(
            names = "--debug",
            scope = CommandLine.ScopeType.INHERIT,
            description = "Show stack traces of errors (also with the environment variable GATUN_DEBUG).")
    private boolean debug;

    @Option(
            names = "--verbose",
            scope = CommandLine.ScopeType.INHERIT,
            description = "Tell on standard error what is compiled, chosen and saved (less of it with -D" + CommandLoggers.LEVEL + "=info or warning).")
    private boolean verbose;

    /** Runs the command and exits. */
    public static void main(String[] args) {
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        System.exit(run(out, err, args));
    }

    /** Runs the command; returns its exit code. */
    static int run(PrintWriter out, PrintWriter err, String... args) {
        Gatun root = new Gatun();
        CommandLine command = command(root, out, err);
        boolean shown = System.getenv("GATUN_DEBUG") != null;
        command.setParameterExceptionHandler((e, given) -> {
            String help = e.getCommandLine().getCommandSpec().qualifiedName(" ") + " --help";
            String guess = e instanceof UnmatchedArgumentException u ? Spelling.question(u) : "";
            return Failures.report(err, e.getMessage() + ". " + guess + (guess.isEmpty() ? "" : " ") + "See " + help, e, shown || root.debug, Failures.BAD_INPUT);
        });
        command.setExecutionExceptionHandler((e, line, parsed) -> Failures.report(err, e, shown || root.debug));
        command.setExecutionStrategy(parsed -> root.verbose ? verbosely(parsed) : new CommandLine.RunLast().execute(parsed));
        return command.execute(args);
    }

    /** The command with all that belong to it. */
    static CommandLine command(Gatun root, PrintWriter out, PrintWriter err) {
        CommandLine command = new CommandLine(root);
        TrainCommand.addImages(command.getSubcommands().get("train"));
        command.getSubcommands().get("train").getSubcommands().values().forEach(Gatun::describe);
        describe(command.getSubcommands().get("finetune"));
        return configured(command, out, err);
    }

    private static int verbosely(CommandLine.ParseResult parsed) {
        String before = System.setProperty(CommandLoggers.LEVEL, System.Logger.Level.DEBUG.name());
        try {
            return new CommandLine.RunLast().execute(parsed);
        } finally {
            if (before == null) System.clearProperty(CommandLoggers.LEVEL);
            else System.setProperty(CommandLoggers.LEVEL, before);
        }
    }

    /** Adds to a command's help how it trains where no flag says otherwise. */
    private static void describe(CommandLine command) {
        if (!(command.getCommand() instanceof ResumableCommand c)) return;
        UsageMessageSpec usage = command.getCommandSpec().usageMessage();
        Stream<String> settings = Stream.concat(Stream.of("", "Usual settings:"), c.usual().stream().map(l -> "  " + l));
        usage.footer(Stream.concat(settings, Arrays.stream(usage.footer())).toArray(String[]::new));
    }

    /** Settings that every command is parsed with. */
    static CommandLine configured(CommandLine command, PrintWriter out, PrintWriter err) {
        return command.setOut(out).setErr(err).setCaseInsensitiveEnumValuesAllowed(true).setUsageHelpWidth(100);
    }
}
