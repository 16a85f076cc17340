package dev.gatun.tools;

import dev.gatun.graph.types.DType;
import dev.gatun.models.onnx.OnnxExport;
import dev.gatun.models.tasks.Interchange;
import dev.gatun.models.train.RunFolder;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
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
            "Writes the model of a run folder for others.",
            "",
            "huggingface: config.json, model.safetensors (in several files above 5 GiB) and tokenizer.json, for GPTs with "
                    + "learned positions, Llamas and BERTs.",
            "",
            "onnx: one file from tokens i32 [batch, time] or images f32 [batch, height, width, channels] to scores, of fixed "
                    + "sizes, which onnxruntime and others run.",
            ""
        },
        footer = {"", "Examples:", "  gatun export runs/notes --out models/notes", "  gatun export runs/notes --dtype bf16 --out models/notes-bf16",
            "  gatun export runs/notes --format onnx --out notes.onnx"})
final class ExportCommand implements Callable<Integer> {
    /** What can be written. */
    enum Format {
        HUGGINGFACE,
        ONNX
    }

    /** Types of weights. */
    enum Type {
        F32,
        BF16
    }

    @Parameters(paramLabel = "RUN_DIR", description = "Folder that gatun train or gatun import left.")
    private Path folder;

    @Option(names = "--format", paramLabel = "NAME", defaultValue = "huggingface", description = "huggingface or onnx. Default: huggingface.")
    private Format format;

    @Option(names = "--dtype", paramLabel = "TYPE", defaultValue = "f32", description = "Type of the weights: f32 or bf16. Default: f32.")
    private Type type;

    @Option(names = "--batch", paramLabel = "N", description = "onnx: examples at once. Default: 1.")
    private Integer batch;

    @Option(names = "--time", paramLabel = "N", description = "onnx: tokens of an example. Default: the model's context.")
    private Integer time;

    @Option(names = "--opset", paramLabel = "N", description = "onnx: version of the operators, 17 to 21. Default: 20.")
    private Integer opset;

    @Option(names = "--out", required = true, paramLabel = "PATH", description = "Folder to write, new or empty; for onnx a file, replaced if it exists.")
    private Path out;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        RunFolder run = RunFolder.open(folder);
        PrintWriter w = spec.commandLine().getOut();
        if (format != Format.ONNX && (batch != null || time != null || opset != null)) {
            throw new IllegalArgumentException("--batch, --time and --opset are for --format onnx");
        }
        switch (format) {
            case ONNX -> onnx(run);
            case HUGGINGFACE -> {
                boolean words = Interchange.exportModel(run, out, type == Type.F32 ? DType.F32 : DType.BF16);
                if (!words) w.printf("note     the run's tokenizer is of characters or bytes, for which the format has no tokenizer.json%n");
            }
        }
        w.printf("output   %s%n", out);
        w.flush();
        return 0;
    }

    private void onnx(RunFolder run) throws IOException {
        if (type != Type.F32) throw new IllegalArgumentException("--dtype bf16 is for --format huggingface; ONNX models are written in f32");
        if (batch != null) Flags.atLeastOne("--batch", batch);
        if (time != null) Flags.atLeastOne("--time", time);
        if (Files.isDirectory(out)) throw new IllegalArgumentException("--out " + out + ": is a folder; name a file such as model.onnx");
        OnnxExport form = opset == null ? OnnxExport.standard() : new OnnxExport(opset, false);
        Interchange.exportOnnx(run, out, batch == null ? 1 : batch, time == null ? 0 : time, form);
    }
}
