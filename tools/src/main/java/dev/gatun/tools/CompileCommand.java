package dev.gatun.tools;

import dev.gatun.graph.ir.Graph;
import dev.gatun.models.artifact.ArtifactWriter;
import dev.gatun.models.generate.Generator;
import dev.gatun.models.ready.ReadyModel;
import dev.gatun.runtime.CompiledCode;
import dev.gatun.runtime.Compiler;
import dev.gatun.runtime.Executable;
import dev.gatun.runtime.Target;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code gatun compile}. */
@Command(
        name = "compile",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Compiles a function of a model ahead of time into one file: plan, generated classes, weights, and what they ask of a",
            "machine. A program loads and runs it without compiling again (see CompiledModel).",
            "Backend auto is oneDNN here where there is one: it is fast from its first call.%n"
        },
        footer = {
            "",
            "Examples:",
            "  gatun compile runs/digits -o digits.jar",
            "  gatun compile resnet18-cifar -o resnet.jar --batch 4",
            "  gatun compile runs/notes -o notes.jar --function logits --backend simd"
        })
final class CompileCommand implements Callable<Integer> {
    @Mixin
    private ModelOptions model;

    @Option(names = {"-o", "--output"}, paramLabel = "FILE", required = true, description = "The file to write, usually with the ending .jar.")
    private Path output;

    @Option(
            names = "--function",
            paramLabel = "NAME",
            description = "train, evaluate or logits; of a graph its own name. Default: logits, or the first that the model has.")
    private String function;

    @Mixin
    private DeviceOptions device;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        ReadyModel opened = model.open();
        String chosen = function != null ? function.toLowerCase(Locale.ROOT)
                : opened.functions().containsKey(Generator.FUNCTION) ? Generator.FUNCTION : null;
        Graph graph = opened.graph(chosen);
        try (Compiler compiler = device.compilerForStart()) {
            CompiledCode code = compiler.code(graph);
            try (Executable executable = compiler.link(code)) {
                opened.start().write(executable);
                ArtifactWriter.write(output, code, executable);
            }
            PrintWriter out = spec.commandLine().getOut();
            Target t = code.target();
            out.printf(Locale.ROOT, "function %s: %,d steps, %,d generated classes, arena %.1f MiB%n", graph.name(),
                    code.plans().getFirst().steps().size(), code.loops().size(), code.plans().getFirst().arenaBytes() / 1048576.0);
            out.printf("needs    %s, %d-bit vectors, %s%n", t.architecture(), t.vectorBits(), t.library().isEmpty() ? "no library" : t.library());
            out.printf(Locale.ROOT, "written  %s, %.1f MiB%n", output, Files.size(output) / 1048576.0);
            out.flush();
        }
        return 0;
    }
}
