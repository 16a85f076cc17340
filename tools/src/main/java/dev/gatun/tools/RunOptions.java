package dev.gatun.tools;

import dev.gatun.models.train.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;

/** Where a run goes, when it saves checkpoints, and whether it goes on from one. The same for every kind of model. */
final class RunOptions {
    /** Flags that belong to one start of the command, not to the run. */
    private static final Set<String> OF_THE_START = Set.of("--out", "--overwrite", "--resume", "--debug", "--verbose");

    @Option(names = "--out", paramLabel = "DIR", description = "Run folder. Default: runs/MODEL-TIME.")
    private Path out;

    @Option(names = "--overwrite", description = "Allow --out to name the folder of an earlier run, which is replaced.")
    private boolean overwrite;

    @Option(
            names = "--checkpoint-every",
            paramLabel = "N",
            description = "Save a checkpoint after every N steps. Default: at the end, and on Ctrl-C.")
    private Integer every;

    @Option(
            names = "--keep",
            paramLabel = "N",
            defaultValue = "" + RunFolder.KEEP,
            description = "Checkpoints to keep, the latest. Default: ${DEFAULT-VALUE}.")
    private int keep;

    @Option(
            names = "--resume",
            paramLabel = "RUN_DIR",
            arity = "0..1",
            fallbackValue = "",
            description = "Go on from the latest checkpoint of a run, bit for bit as if it had never stopped. Its flags are kept; "
                    + "--threads may change. Without RUN_DIR: the run in --out, or a new one there if there is none.")
    private String resume;

    @Option(
            names = "--no-tensorboard",
            description = "Leave out the event files that TensorBoard shows: tensorboard --logdir runs.")
    private boolean noTensorboard;

    private boolean replayed;
    private RunWatcher watcher;

    /** Lets a run be watched that no person looks at: it ends when the watcher says so, and shows nothing at its end. */
    void watch(RunWatcher by) {
        watcher = by;
    }

    /** Who watches, or {@code null}. */
    RunWatcher watcher() {
        return watcher;
    }

    /** Checks the flags before any work is done. */
    void check() {
        if (every != null) Flags.atLeastOne("--checkpoint-every", every);
        Flags.atLeastOne("--keep", keep);
        if (resume != null && resume.isEmpty() && out == null) {
            throw new IllegalArgumentException("--resume needs the folder of the run: --resume RUN_DIR");
        }
        if (resume != null && !resume.isEmpty() && out != null) {
            throw new IllegalArgumentException("--resume " + resume + " goes on in that folder: leave --out away");
        }
        if (resume != null && overwrite) throw new IllegalArgumentException("--resume goes on with a run, --overwrite throws it away: choose one");
    }

    /** Steps from one checkpoint to the next; 0 for none on the way. */
    int every() {
        return every == null ? 0 : every;
    }

    int keep() {
        return keep;
    }

    /** Whether to write event files. */
    boolean tensorboard() {
        return !noTensorboard;
    }

    /** The run to go on with, or {@code null}. */
    RunFolder resumed() {
        if (resume == null) return null;
        if (!resume.isEmpty()) return RunFolder.open(Path.of(resume));
        return RunFolder.isRun(out) ? RunFolder.open(out) : null;
    }

    /**
     * The folder of a new run.
     *
     * @param name what a default folder is called, before the time
     */
    RunFolder create(String name) {
        String time = LocalDateTime.now().format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss"));
        return RunFolder.create(out != null ? out : Path.of("runs", name + "-" + time), overwrite);
    }

    /**
     * The arguments of a run that is gone on with: those that it was started with, then those given now. Empty when
     * there is no such run, or when these flags are already the result.
     */
    List<String> replay(CommandSpec spec) throws IOException {
        RunFolder run = replayed ? null : resumed();
        if (run == null) return List.of();
        List<String> now = given(spec);
        List<String> arguments = new ArrayList<>(run.arguments());
        arguments.removeIf(a -> now.stream().anyMatch(n -> flag(n).equals(flag(a)))); // also those that may be given several times
        arguments.addAll(now);
        arguments.add("--resume=" + run.path());
        return arguments;
    }

    private static String flag(String argument) {
        return argument.substring(0, argument.indexOf('=') < 0 ? argument.length() : argument.indexOf('='));
    }

    /**
     * Marks flags that were parsed from {@link #replay}.
     *
     * @param start options that the run is gone on with
     */
    void replayed(RunOptions start) {
        replayed = true;
        watcher = start.watcher;
    }

    /** The flags given to a command, those of this start left out; paths are made absolute. */
    static List<String> given(CommandSpec spec) {
        List<String> given = new ArrayList<>();
        for (OptionSpec o : spec.commandLine().getParseResult().matchedOptionsSet()) {
            String name = o.longestName();
            if (OF_THE_START.contains(name)) continue;
            Object value = o.getValue();
            if (o.arity().max() == 0) given.add(name);
            else if (value instanceof Path p) given.add(name + "=" + p.toAbsolutePath());
            else if (value instanceof List<?> l && l.getFirst() instanceof Path) l.forEach(p -> given.add(name + "=" + ((Path) p).toAbsolutePath()));
            else if (name.equals("--tokenizer") && Files.isRegularFile(Path.of(String.valueOf(value)))) given.add(name + "=" + Path.of(String.valueOf(value)).toAbsolutePath());
            else o.originalStringValues().forEach(v -> given.add(name + "=" + v));
        }
        return given;
    }
}
