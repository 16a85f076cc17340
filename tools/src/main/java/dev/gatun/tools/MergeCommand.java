package dev.gatun.tools;

import dev.gatun.models.tasks.Adapted;
import dev.gatun.models.train.RunFolder;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code gatun merge}. */
@Command(
        name = "merge",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Makes a model of its own from a model and its low-rank changes.",
            "",
            "Its weights have the changes in them. It can be sampled from, fine-tuned again and exported as any other.",
            ""
        },
        footer = {
            "",
            "Example:",
            "  gatun finetune runs/base --data poems.txt --lora-rank 8 --out runs/poems",
            "  gatun merge runs/poems --out runs/poet"
        })
final class MergeCommand implements Callable<Integer> {
    @Parameters(paramLabel = "RUN_DIR", description = "Folder that gatun finetune --lora-rank left.")
    private Path folder;

    @Option(names = "--out", paramLabel = "DIR", required = true, description = "Folder of the new model.")
    private Path out;

    @Option(names = "--overwrite", description = "Allow --out to name the folder of an earlier run, which is replaced.")
    private boolean overwrite;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        RunFolder run = RunFolder.open(folder);
        if (out.toAbsolutePath().normalize().equals(folder.toAbsolutePath().normalize())) {
            throw new IllegalArgumentException("--out must be another folder than the run's");
        }
        Adapted.merge(run, RunFolder.create(out, overwrite));
        spec.commandLine().getOut().printf("saved in %s; text with: gatun sample %s%n", out, out);
        spec.commandLine().getOut().flush();
        return 0;
    }
}
