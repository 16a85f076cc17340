package dev.gatun.bench;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import dev.gatun.models.language.LanguageModel;
import dev.gatun.models.layers.ParameterTree;
import dev.gatun.models.optim.AdamW;
import dev.gatun.models.train.TrainingGraph;
import dev.gatun.runtime.Backend;
import dev.gatun.runtime.CompilePhase;
import dev.gatun.runtime.Compiler;
import java.io.IOException;
import java.io.PrintWriter;
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

/** {@code gatun bench compile}. */
@Command(
        name = "compile",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Times the compilation of a training step, from tracing to the plan, each in a fresh JVM with this one's options.",
            "",
            "Kernels are not made. The choice of who computes a product is part of it, but is not measured anew.",
            "",
            "Prints RESULT lines, fields separated by tabs: peer, workload, threads, median ms, min ms, iterations, rate, "
                    + "unit, cores kept busy by other processes, note.",
            ""
        })
final class CompileCommand implements Callable<Integer> {
    private static final String TRACE = "trace";

    @Parameters(paramLabel = "WORKLOAD", converter = Workload.Name.class, description = "gpt-nano, gpt-124m or llama-nano.")
    private String workload;

    @Option(names = "--layers", paramLabel = "N", split = ",", description = "Numbers of layers. Default: the workload's.")
    private List<Integer> layers;

    @Option(names = "--runs", paramLabel = "N", defaultValue = "3", description = "Fresh JVMs for each. Default: 3.")
    private int runs;

    @Option(names = "--backend", paramLabel = "NAME", defaultValue = "auto", description = "auto, simd or onednn. Default: auto.")
    private Backend backend;

    @Option(names = "--here", hidden = true, description = "Compile once in this JVM.")
    private boolean here;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        if (runs < 1) throw new IllegalArgumentException("--runs must be at least 1, got " + runs);
        if (backend == Backend.REFERENCE) throw new IllegalArgumentException("backend reference compiles nothing: choose auto, simd or onednn");
        Workload w = Workload.of(workload);
        List<Integer> sizes = layers == null ? List.of(w.config().layers()) : layers;
        if (sizes.stream().anyMatch(n -> n < 1)) throw new IllegalArgumentException("--layers must be at least 1, got " + sizes);
        PrintWriter out = spec.commandLine().getOut();
        if (here) {
            compile(w, sizes.getFirst()).forEach((phase, ms) -> out.printf(Locale.ROOT, "%s\t%.3f%n", phase, ms));
            out.flush();
            return 0;
        }
        for (int n : sizes) measure(out, n);
        return 0;
    }

    /** Milliseconds by phase. */
    private Map<String, Double> compile(Workload w, int count) {
        LanguageModel model = w.model(count);
        TensorType type = TensorType.of(DType.I32, w.batch(), w.config().context());
        Map<String, Double> ms = new LinkedHashMap<>();
        try (Compiler compiler = new Compiler(backend, 1)) {
            long start = System.nanoTime();
            ParameterTree tree = ParameterTree.of((Record) model);
            Graph graph = new TrainingGraph(AdamW.standard(), 1, false)
                    .train(tree, t -> model.loss(t.data("tokens", type), t.data("targets", type)));
            ms.put(TRACE, (System.nanoTime() - start) / 1e6);
            for (CompilePhase p : compiler.plan(graph).phases()) {
                String name = List.of("fuse", "plan").contains(p.name()) ? p.name() : "passes";
                ms.merge(name, p.nanos() / 1e6, Double::sum);
            }
            ms.put("all", (System.nanoTime() - start) / 1e6);
        }
        return ms;
    }

    private void measure(PrintWriter out, int count) throws IOException, InterruptedException {
        Results results = new Results(out, 1);
        Map<String, List<Double>> all = new LinkedHashMap<>();
        fresh(count); // products are measured once for each shape; not here
        for (int i = 0; i < runs; i++) {
            fresh(count).forEach((phase, ms) -> all.computeIfAbsent(phase, k -> new ArrayList<>()).add(ms));
        }
        all.forEach((phase, ms) -> results.time("compile-" + workload + "-" + count + "layers." + phase,
                ms.stream().mapToDouble(Double::doubleValue).toArray(), count, "layers/s", "fresh JVM; " + phase));
    }

    private Map<String, Double> fresh(int count) throws IOException, InterruptedException {
        return FreshJvm.run("compile", workload, "--layers", Integer.toString(count), "--backend", backend.option(), "--here");
    }
}
