package dev.gatun.tools;

import dev.gatun.models.search.Goal;
import dev.gatun.models.search.GridSampler;
import dev.gatun.models.search.Halving;
import dev.gatun.models.search.RandomSampler;
import dev.gatun.models.search.Sampler;
import dev.gatun.models.search.Search;
import dev.gatun.models.search.SearchException;
import dev.gatun.models.search.SearchSettings;
import dev.gatun.models.search.TpeSampler;
import dev.gatun.models.train.Validation;
import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/** {@code gatun tune}. */
@Command(
        name = "tune",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        customSynopsis = "gatun tune MODEL --search FLAG=VALUES [...] [OPTIONS] [-- FLAGS OF gatun train MODEL]%n       gatun tune --resume DIR [OPTIONS]",
        description = {
            "Searches for good flags of gatun train MODEL.",
            "",
            "Each trial is a run of gatun train with a folder of its own; several may run at once. What follows -- is "
                    + "given to all of them. In the end it says which were the best. After Ctrl-C, a crash or a power cut, --resume "
                    + "goes on: finished trials are not run again, and those under way go on from their checkpoints. Same seed, same proposals, "
                    + "when trials run one at a time.",
            ""
        },
        footer = {
            "",
            "Values:",
            "  batch=16,32,64                one of these; with bars where values hold commas: hidden=64|64,64",
            "  dropout=0..0.5                a number between",
            "  learning-rate=log:1e-4..1e-1  a number whose logarithm is uniform, for wide ranges",
            "  layers=2..6                   a whole number, where the flag takes them (elsewhere write int:)",
            "  dropout=0..0.5/0.1            in steps, which a grid needs; in a log: range the step is a factor",
            "",
            "Methods:",
            "  tpe      10 trials at random, then near good ones (tree-structured Parzen estimator)",
            "  random   at random, no point twice",
            "  grid     all combinations",
            "  halving  at random; all trials train for a short time, the best third goes on, and so on.",
            "           With --rungs, tpe and grid do so too.",
            "",
            "Examples:",
            "  gatun tune lenet --search learning-rate=log:1e-4..1e-1 --search batch=16,32,64 -- --epochs 1",
            "  gatun tune lenet --search dropout=0..0.5 --maximize accuracy --parallel 2 -- --data mnist/",
            "  gatun tune gpt --search layers=2..6 --method halving --trials 27 -o runs/tune",
            "  gatun tune mlp --method grid --search 'hidden=32|64|64,64' -- --data a.csv --target b",
            "  gatun tune --resume runs/tune --trials 40             ... goes on, with more trials"
        })
final class TuneCommand implements Callable<Integer> {
    /** How points are chosen. */
    enum Method {
        TPE,
        RANDOM,
        GRID,
        HALVING
    }

    private static final int INTERRUPTED = 130;
    private static final int TRIALS = 20;
    private static final long SAVE_SECONDS = 120;
    /** Flags that a search may be gone on with. */
    private static final Set<String> OF_THE_START = Set.of("--resume", "--trials", "--parallel", "--threads", "--debug");

    @Parameters(paramLabel = "MODEL", arity = "0..1", description = "What to train: gpt, lstm, mlp, lenet, ... as in gatun train MODEL.")
    private String model;

    @Option(names = "--search", paramLabel = "FLAG=VALUES", description = "Search over a flag of gatun train MODEL. May be repeated.")
    private List<String> searched = new ArrayList<>();

    @Option(names = "--method", paramLabel = "NAME", defaultValue = "tpe", description = "tpe, random, grid or halving. Default: tpe.")
    private Method method;

    @Option(names = "--trials", paramLabel = "N", description = "Trials at most. Default: 20, for a grid all.")
    private Integer trials;

    @Option(names = "--minimize", paramLabel = "METRIC", description = "Metric of the last validation that is to be small. Default: loss.")
    private String minimize;

    @Option(names = "--maximize", paramLabel = "METRIC", description = "Metric of the last validation that is to be large: accuracy, say.")
    private String maximize;

    @Option(
            names = "--rungs",
            paramLabel = "N",
            description = "Times to measure, of which the last is the end of the training; only the best of one rung go on to the next. "
                    + "Default: 1, for halving as many as leave one trial or a few for the last.")
    private Integer rungs;

    @Option(
            names = "--eta",
            paramLabel = "N",
            defaultValue = "" + Halving.ETA,
            description = "One trial in N goes on to the next rung, which is N times as long. Default: ${DEFAULT-VALUE}.")
    private int eta;

    @Option(names = "--seed", paramLabel = "S", defaultValue = "1", description = "Of the search; trials train with their own --seed. Default: 1.")
    private long seed;

    @Option(names = "--parallel", paramLabel = "N", defaultValue = "1", description = "Trials at a time. Default: 1.")
    private int parallel;

    @Option(names = "--threads", paramLabel = "N", description = "Worker threads of each trial. Default: the cores shared out among --parallel.")
    private Integer threads;

    @Option(names = {"-o", "--out"}, paramLabel = "DIR", description = "Folder of the search. Default: runs/tune-MODEL-TIME.")
    private Path out;

    @Option(names = "--overwrite", description = "Allow --out to name the folder of an earlier search, which is removed.")
    private boolean overwrite;

    @Option(names = "--resume", paramLabel = "DIR", description = "Go on with the search in DIR. Its flags are kept; --trials, --parallel and --threads may change.")
    private Path resume;

    @Unmatched
    private List<String> shared = new ArrayList<>();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        if (resume == null) return search(null);
        List<String> now = new ArrayList<>();
        for (OptionSpec o : spec.commandLine().getParseResult().matchedOptionsSet()) {
            if (!OF_THE_START.contains(o.longestName())) {
                throw new IllegalArgumentException(o.longestName() + " belongs to the search in " + resume + " as it was started: leave it away, or start another search");
            }
            if (!Set.of("--resume", "--debug").contains(o.longestName())) now.add(o.longestName() + "=" + o.getValue());
        }
        if (model != null || !shared.isEmpty()) throw new IllegalArgumentException("--resume goes on with the search as it was started: leave model and flags of trials away");
        TuneFolder folder = TuneFolder.open(resume);
        List<String> arguments = new ArrayList<>(Search.arguments(folder.journal()));
        int end = arguments.indexOf("--");
        arguments.addAll(end < 0 ? arguments.size() : end, now);
        TuneCommand again = new TuneCommand();
        Gatun.configured(new CommandLine(again), spec.commandLine().getOut(), spec.commandLine().getErr())
                .setOverwrittenOptionsAllowed(true)
                .parseArgs(arguments.toArray(String[]::new));
        if (trials != null && (again.method == Method.HALVING || again.rungs != null)) {
            throw new IllegalArgumentException("--trials decides who goes on to the next rung and cannot change: leave it away, or start another search");
        }
        return again.search(folder);
    }

    /**
     * Searches; returns the exit code.
     *
     * @param begun folder of the search that is gone on with, or {@code null}
     */
    private int search(TuneFolder begun) throws IOException, InterruptedException {
        if (model == null) throw new IllegalArgumentException("MODEL is missing: say what to train, as in gatun tune lenet --search learning-rate=log:1e-4..1e-1");
        TrialFlags flags = flags();
        SearchSettings settings = settings(flags);
        int each = threads != null ? threads : Math.max(1, Runtime.getRuntime().availableProcessors() / parallel);
        TuneFolder folder = begun != null ? begun : TuneFolder.create(place(), overwrite);
        try (Search search = Search.in(folder.journal(), settings, arguments(flags))) {
            banner(flags, settings, folder, each, search.trials().size());
            Console console = System.console();
            TuneReport report = new TuneReport(spec.commandLine().getOut(), console != null && console.isTerminal(), search, folder, flags, metric(),
                    settings.trials());
            if (run(search, new TrialRun(flags, folder, metric(), each, report::stepped), report, settings.goal())) return INTERRUPTED;
            if (search.best().isEmpty()) throw new SearchException("no trial could be measured; " + search.trials().getFirst().failure());
            return 0;
        }
    }

    /**
     * Runs until the end or Ctrl-C, after which all trials under way save their checkpoints, and shows the table.
     *
     * @return whether it was Ctrl-C
     */
    private boolean run(Search search, TrialRun trial, TuneReport report, Goal goal) throws InterruptedException {
        AtomicBoolean interrupted = new AtomicBoolean();
        CountDownLatch saved = new CountDownLatch(1);
        Thread hook = new Thread(() -> {
            interrupted.set(true);
            search.stop();
            try {
                saved.await(SAVE_SECONDS, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }, "gatun-interrupt");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            search.run(trial, parallel, report);
            report.finish(goal);
            if (!interrupted.get()) return false;
            PrintWriter err = spec.commandLine().getErr();
            err.printf("gatun: interrupted; go on with gatun tune --resume %s%n", trial.folder().path());
            err.flush();
            return true;
        } finally {
            saved.countDown();
            if (!interrupted.get()) Runtime.getRuntime().removeShutdownHook(hook);
        }
    }

    /** Checks all flags, of the search and of its trials, before any work is done. */
    private TrialFlags flags() {
        TrialFlags.command(model);
        if (searched.isEmpty()) throw new IllegalArgumentException("--search is missing: name a flag to search over, as in --search learning-rate=log:1e-4..1e-1");
        if (minimize != null && maximize != null) throw new IllegalArgumentException("--minimize and --maximize both say what is best: choose one");
        Flags.atLeastOne("--parallel", parallel);
        if (threads != null) Flags.atLeastOne("--threads", threads);
        if (trials != null) Flags.atLeastOne("--trials", trials);
        if (rungs != null) Flags.atLeastOne("--rungs", rungs);
        return TrialFlags.of(model, searched.stream().map(SearchFlag::of).toList(), shared);
    }

    private SearchSettings settings(TrialFlags flags) {
        Sampler sampler = switch (method) {
            case TPE -> new TpeSampler(seed);
            case RANDOM, HALVING -> new RandomSampler(seed);
            case GRID -> new GridSampler();
        };
        sampler.check(flags.space());
        long all = flags.space().combinations().orElse(Long.MAX_VALUE);
        int n = (int) Math.min(all, trials != null ? trials : method == Method.GRID ? Integer.MAX_VALUE : TRIALS);
        Halving halving = rungs != null ? new Halving(eta, rungs) : method == Method.HALVING ? Halving.of(n, eta) : new Halving(eta, 1);
        return new SearchSettings(flags.space(), sampler, maximize != null ? Goal.MAXIMIZE : Goal.MINIMIZE, n, halving);
    }

    private String metric() {
        return maximize != null ? maximize : minimize != null ? minimize : Validation.LOSS;
    }

    private Path place() {
        if (out != null) return out;
        return Path.of("runs", "tune-" + model + "-" + LocalDateTime.now().format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss")));
    }

    /** What {@link #resume} is to start from. */
    private List<String> arguments(TrialFlags flags) {
        List<String> arguments = new ArrayList<>(List.of(model));
        searched.forEach(s -> arguments.add("--search=" + s));
        for (OptionSpec o : spec.commandLine().getParseResult().matchedOptionsSet()) {
            String name = o.longestName();
            if (!Set.of("--search", "--out", "--overwrite", "--resume", "--debug").contains(name)) arguments.add(name + "=" + o.originalStringValues().getLast());
        }
        arguments.add("--");
        arguments.addAll(flags.shared());
        return arguments;
    }

    private void banner(TrialFlags flags, SearchSettings s, TuneFolder folder, int each, int done) {
        PrintWriter w = spec.commandLine().getOut();
        w.printf("search   %s%n", String.join("  ", searched));
        w.printf("training gatun train %s %s%n", model, String.join(" ", flags.shared()));
        w.printf("method   %s, %d trials, seed %d, %s %s%n", method.name().toLowerCase(Locale.ROOT), s.trials(), seed, s.goal().name().toLowerCase(Locale.ROOT), metric());
        if (s.halving().rungs() > 1) {
            w.printf("rungs    %d, the first after 1/%d of a training; one trial in %d goes on%n", s.halving().rungs(), Math.round(1 / s.halving().share(0)),
                    s.halving().eta());
        }
        w.printf("running  %d trial%s at a time, %d thread%s each%n", parallel, parallel == 1 ? "" : "s", each, each == 1 ? "" : "s");
        if (done > 0) w.printf("resumed  with %d trials begun%n", done);
        w.printf("output   %s%n", folder.path());
        w.flush();
    }
}
