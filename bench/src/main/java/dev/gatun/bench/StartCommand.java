package dev.gatun.bench;

import dev.gatun.graph.ir.Graph;
import dev.gatun.models.artifact.ArtifactWriter;
import dev.gatun.models.artifact.CompiledModel;
import dev.gatun.models.checkpoint.Safetensors;
import dev.gatun.models.checkpoint.SafetensorsWriter;
import dev.gatun.models.ready.RandomInputs;
import dev.gatun.models.ready.ReadyModel;
import dev.gatun.models.ready.ReadyModels;
import dev.gatun.runtime.Backend;
import dev.gatun.runtime.CompiledCode;
import dev.gatun.runtime.Compiler;
import dev.gatun.runtime.Executable;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code gatun bench start}. */
@Command(
        name = "start",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Times the way to a model's first answer in fresh JVMs with this one's options.",
            "",
            "Side by side: compiling it and reading its weights with backend auto and onednn, and loading it compiled ahead "
                    + "of time (as gatun compile does). Measured from the first line of Java to the first result; the JVM's own start "
                    + "is left out. Prints RESULT lines.",
            ""
        })
final class StartCommand implements Callable<Integer> {
    private static final String FUNCTION = "logits";
    private static final String LOAD = "load";
    private static final String REHEARSE = "rehearse";

    @Parameters(paramLabel = "MODEL", description = "A ready model, such as resnet18-cifar.")
    private String model;

    @Option(names = "--runs", paramLabel = "N", defaultValue = "5", description = "Fresh JVMs of each kind. Default: 5.")
    private int runs;

    @Option(names = "--threads", paramLabel = "N", defaultValue = "2", description = "Worker threads. Default: 2.")
    private int threads;

    @Option(names = "--here", hidden = true, description = "What to do once in this JVM: load, auto, onednn, or rehearse for all of them.")
    private String here;

    @Option(names = "--folder", hidden = true, description = "Where artifact and weights lie.")
    private Path folder;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        if (runs < 1 || threads < 1) throw new IllegalArgumentException("--runs and --threads must be at least 1");
        PrintWriter out = spec.commandLine().getOut();
        if (here != null && !here.equals(REHEARSE)) {
            long start = System.nanoTime();
            if (here.equals(LOAD)) load();
            else compile(Backend.valueOf(here.toUpperCase(Locale.ROOT)));
            out.printf(Locale.ROOT, "ms\t%.3f%n", (System.nanoTime() - start) / 1e6);
            out.flush();
            return 0;
        }
        Path made = Files.createTempDirectory("gatun-start");
        try {
            prepare(made);
            if (here == null) measure(out, made);
            else rehearse(made);
        } finally {
            for (String name : List.of("model.jar", "weights.safetensors")) Files.deleteIfExists(made.resolve(name));
            Files.delete(made);
        }
        return 0;
    }

    private void prepare(Path made) throws IOException {
        ReadyModel opened = ReadyModels.standard().open(model, 0);
        try (Compiler compiler = new Compiler(Backend.ONEDNN, threads)) {
            CompiledCode code = compiler.code(opened.graph(FUNCTION));
            try (Executable e = compiler.link(code)) {
                opened.start().write(e);
                ArtifactWriter.write(made.resolve("model.jar"), code, e, false);
                SafetensorsWriter.write(made.resolve("weights.safetensors"),
                        e.states().stream().map(s -> new SafetensorsWriter.Entry(s.name(), s.value().type(), e.state(s.name()))).toList(), Map.of());
            }
        }
    }

    /** Loads the classes of every way, for an archive of them. */
    private void rehearse(Path made) throws IOException {
        folder = made;
        load();
        compile(Backend.ONEDNN);
    }

    private void load() throws IOException {
        try (CompiledModel m = CompiledModel.load(folder.resolve("model.jar"), threads)) {
            answer(m.executable());
        }
    }

    private void compile(Backend backend) throws IOException {
        Graph graph = ReadyModels.standard().open(model, 0).graph(FUNCTION);
        try (Compiler compiler = new Compiler(backend, threads);
                Executable e = compiler.compile(graph);
                Safetensors weights = Safetensors.open(folder.resolve("weights.safetensors"))) {
            for (var s : e.states()) weights.read(s.name(), s.value().type(), e.state(s.name()));
            answer(e);
        }
    }

    private static void answer(Executable e) {
        new RandomInputs(e, FUNCTION, 1).write();
        e.run(FUNCTION);
    }

    private void measure(PrintWriter out, Path made) throws IOException, InterruptedException {
        Map<String, List<Double>> all = new LinkedHashMap<>();
        for (int i = -1; i < runs; i++) { // a first round brings files into memory and measures products
            for (String what : List.of("auto", "onednn", LOAD)) {
                double ms = FreshJvm.run("start", model, "--threads", Integer.toString(threads), "--here", what, "--folder", made.toString()).get("ms");
                if (i >= 0) all.computeIfAbsent(what, k -> new ArrayList<>()).add(ms);
            }
        }
        Results results = new Results(out, threads);
        all.forEach((what, ms) -> results.time("start-" + model + "." + (what.equals(LOAD) ? LOAD : "compile-" + what),
                ms.stream().mapToDouble(Double::doubleValue).toArray(), 1, "starts/s", "fresh JVM; first line of Java to first result"));
        double loaded = Results.median(all.get(LOAD).stream().mapToDouble(Double::doubleValue).toArray());
        for (String what : List.of("auto", "onednn")) {
            double compiled = Results.median(all.get(what).stream().mapToDouble(Double::doubleValue).toArray());
            out.printf(Locale.ROOT, "# loading takes %.2f of compiling with backend %s%n", loaded / compiled, what);
        }
        out.flush();
    }
}
