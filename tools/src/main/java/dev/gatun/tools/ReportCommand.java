package dev.gatun.tools;

import dev.gatun.models.checkpoint.AtomicFile;
import dev.gatun.models.report.RunPage;
import dev.gatun.models.train.RunFolder;
import dev.gatun.models.train.RunHistory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code gatun report}. */
@Command(
        name = "report",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Draws how a training run goes or went into one page for a browser.",
            "",
            "It shows losses, learning rate, gradients' norm, speed and energy; what the model writes, or which classes it "
                    + "takes for which; its configuration and the machine. The page needs no network. Training draws it too, as it "
                    + "goes on and at its end.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  gatun report runs/notes                                 draws runs/notes/report.html",
            "  gatun report runs/notes --compare runs/larger -o both.html"
        })
final class ReportCommand implements Callable<Integer> {
    @Parameters(paramLabel = "RUN_DIR", description = "Folder that gatun train left, or is still writing.")
    private Path folder;

    @Option(names = {"-o", "--out"}, paramLabel = "FILE", description = "Where the page goes. Default: report.html in the run folder.")
    private Path out;

    @Option(names = "--compare", paramLabel = "OTHER_RUN", description = "Show another run beside it. May be repeated, up to " + RunPage.MOST_OTHERS + " times.")
    private List<Path> others = new ArrayList<>();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        if (others.size() > RunPage.MOST_OTHERS) {
            throw new IllegalArgumentException("--compare is possible with " + RunPage.MOST_OTHERS + " runs at most, got " + others.size());
        }
        RunFolder run = RunFolder.open(folder);
        RunHistory history = RunHistory.read(run);
        List<RunHistory> beside = new ArrayList<>();
        for (Path other : others) beside.add(RunHistory.read(RunFolder.open(other)));
        Path file = out == null ? run.report() : out;
        AtomicFile.write(file, RunPage.html(history, beside));
        spec.commandLine().getOut().printf("written %s%n", file);
        spec.commandLine().getOut().flush();
        return 0;
    }
}
