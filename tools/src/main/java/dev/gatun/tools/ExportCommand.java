package dev.gatun.tools;

import dev.gatun.graph.types.DType;
import dev.gatun.models.tasks.Interchange;
import dev.gatun.models.train.RunFolder;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code gatun export}. */
@Command(
        name = "export",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Writes the model of a run folder for others.%n",
            "huggingface: config.json, model.safetensors (in several files above 5 GiB) and tokenizer.json, for GPTs with",
            "learned positions and Llamas.%n"
        },
        footer = {"", "Examples:", "  gatun export runs/notes --out models/notes", "  gatun export runs/notes --dtype bf16 --out models/notes-bf16"})
final class ExportCommand implements Callable<Integer> {
    /** What can be written. */
    enum Format {
        HUGGINGFACE
    }

    /** Types of weights. */
    enum Type {
        F32,
        BF16
    }

    @Parameters(paramLabel = "RUN_DIR", description = "Folder that gatun train or gatun import left.")
    private Path folder;

    @Option(names = "--format", paramLabel = "NAME", defaultValue = "huggingface", description = "huggingface. Default: huggingface.")
    private Format format;

    @Option(names = "--dtype", paramLabel = "TYPE", defaultValue = "f32", description = "Type of the weights: f32 or bf16. Default: f32.")
    private Type type;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Folder to write, new or empty.")
    private Path out;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        RunFolder run = RunFolder.open(folder);
        PrintWriter w = spec.commandLine().getOut();
        switch (format) {
            case HUGGINGFACE -> {
                boolean words = Interchange.exportModel(run, out, type == Type.F32 ? DType.F32 : DType.BF16);
                if (!words) w.printf("note     the run's tokenizer is of characters or bytes, for which the format has no tokenizer.json%n");
            }
        }
        w.printf("output   %s%n", out);
        w.flush();
        return 0;
    }
}
