package dev.gatun.tools;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.plan.ExecutionPlan;
import dev.gatun.models.artifact.ArtifactWriter;
import dev.gatun.models.ready.ReadyModel;
import dev.gatun.models.train.TrainingGraph;
import dev.gatun.runtime.CompiledCode;
import dev.gatun.runtime.Compiler;
import dev.gatun.runtime.Executable;
import dev.gatun.runtime.Target;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
            "Compiles functions of a model ahead of time into one file.",
            "",
            "It holds the plan, generated classes, weights, and what they ask of a machine. It runs without compiling again: "
                    + "by 'java -jar FILE', or in a program, which needs that file alone on its class path (see CompiledModel). "
                    + "Backend auto is oneDNN here where there is one: it is fast from its first call.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  gatun compile runs/digits -o digits.jar            then java -jar digits.jar",
            "  gatun compile resnet18-cifar -o resnet.jar --batch 4",
            "  gatun compile runs/notes -o notes.jar --backend simd"
        })
final class CompileCommand implements Callable<Integer> {
    @Mixin
    private ModelOptions model;

    @Option(names = {"-o", "--output"}, paramLabel = "FILE", required = true, description = "The file to write, usually with the ending .jar.")
    private Path output;

    @Option(
            names = "--function",
            paramLabel = "NAME",
            split = ",",
            description = "Functions, which share their state. Default: all that the model has but train and evaluate.")
    private List<String> functions;

    @Option(
            names = "--bare",
            description = "Leave out what runs it, 1 MB and 30 more for oneDNN: for programs that have Gatun on their class path.")
    private boolean bare;

    @Mixin
    private DeviceOptions device;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        ReadyModel opened = model.open();
        List<String> chosen = functions != null ? functions
                : opened.functions().keySet().stream().filter(f -> !f.equals(TrainingGraph.TRAIN) && !f.equals(TrainingGraph.EVALUATE)).toList();
        Graph[] graphs = chosen.stream().map(f -> opened.graph(f.toLowerCase(Locale.ROOT))).toArray(Graph[]::new);
        try (Compiler compiler = device.compilerForStart()) {
            CompiledCode code = compiler.code(graphs);
            try (Executable executable = compiler.link(code)) {
                opened.start().write(executable);
                ArtifactWriter.write(output, code, executable, !bare);
            }
            PrintWriter out = spec.commandLine().getOut();
            Target t = code.target();
            for (ExecutionPlan p : code.plans()) out.printf(Locale.ROOT, "function %s, %,d steps%n", p.name(), p.steps().size());
            out.printf(Locale.ROOT, "memory   %.1f MiB; %,d generated classes%n", code.plans().getFirst().arenaBytes() / 1048576.0, code.loops().size());
            out.printf("needs    %s, %d-bit vectors, %s%n", t.architecture(), t.vectorBits(), t.library().isEmpty() ? "no library" : t.library());
            out.printf(Locale.ROOT, "written  %s, %.1f MiB%n", output, Files.size(output) / 1048576.0);
            if (!bare) out.printf("try      java -jar %s%n", output);
            out.flush();
        }
        return 0;
    }
}
