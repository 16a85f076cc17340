package dev.gatun.tools;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.passes.Pipeline;
import dev.gatun.graph.plan.ExecutionPlan;
import dev.gatun.graph.plan.PlanText;
import dev.gatun.graph.plan.StepCost;
import dev.gatun.graph.schedule.Call;
import dev.gatun.graph.schedule.Step;
import dev.gatun.models.checkpoint.AtomicFile;
import dev.gatun.models.ready.ReadyModel;
import dev.gatun.models.report.ExplanationPage;
import dev.gatun.runtime.CompilePhase;
import dev.gatun.runtime.Compiler;
import dev.gatun.runtime.Explanation;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code gatun explain}. */
@Command(
        name = "explain",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Shows a model's graph, the loops and calls it is fused into, and where its memory lies.",
            "",
            "Nothing is run. Without --pass: one line for each pass, then the steps and the memory.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  gatun explain gpt-baby",
            "  gatun explain gpt-baby --html baby.html            the same, drawn: open the file in a browser",
            "  gatun explain resnet18-cifar --function logits --pass steps",
            "  gatun explain gpt --layers 2 --width 64",
            "  gatun explain gpt-baby --pass expand               the graph before and after one pass",
            "  gatun explain gpt-baby --passes                    what each pass changes",
            "  gatun explain gpt-baby --pass bytecode             the loops as they are generated",
            "  gatun explain runs/notes --function decode --pass memory"
        })
final class ExplainCommand implements Callable<Integer> {
    private static final String TRACED = "traced";
    private static final String STEPS = "steps";
    private static final String MEMORY = "memory";
    private static final String BYTECODE = "bytecode";

    @Mixin
    private ModelOptions model;

    @Option(
            names = "--function",
            paramLabel = "NAME",
            description = "train, evaluate, and prefill or decode (texts) or logits (images); of a graph its own name. Default: the first that the model has.")
    private String function;

    @Option(
            names = "--pass",
            paramLabel = "NAME",
            description = "A pass (its graph before and after), traced, steps, memory or bytecode (of the generated loops).")
    private String pass;

    @Option(names = "--without-pass", paramLabel = "NAME", split = ",", description = "Leave passes out.")
    private List<String> without = List.of();

    @Option(
            names = "--passes",
            description = "What each pass changes: nodes, plan steps, operations, bytes moved and memory without and with it. 'gatun bench passes' measures times.")
    private boolean passes;

    @Option(
            names = "--html",
            paramLabel = "FILE",
            description = "Draw all of it into one page for a browser, with the roofline of this machine, which is measured first.")
    private Path html;

    @Mixin
    private DeviceOptions device;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        ReadyModel opened = model.open();
        long start = System.nanoTime();
        Graph traced = opened.graph(function == null ? null : function.toLowerCase(Locale.ROOT));
        Pipeline.Stage first = new Pipeline.Stage(TRACED, traced, System.nanoTime() - start);
        if (passes) {
            passes(spec.commandLine().getOut(), traced);
            return 0;
        }
        try (Compiler compiler = device.compiler(Set.copyOf(without))) {
            Explanation e = compiler.explain(traced);
            if (html == null) {
                print(spec.commandLine().getOut(), first, e);
                return 0;
            }
            if (pass != null) throw new IllegalArgumentException("--html draws all passes: leave out --pass");
            String title = "gatun explain " + opened.name() + ", " + traced.name();
            AtomicFile.write(html, ExplanationPage.html(title, compiler.banner(), first, e, compiler.ceilings()));
            spec.commandLine().getOut().printf("written %s%n", html);
        }
        return 0;
    }

    /** A row for each pass that changes something. */
    private void passes(PrintWriter out, Graph graph) {
        String with = figures(graph, Set.of());
        out.printf("%-18s %8s %8s %10s %10s %10s%n%-18s %s%n", "without", "nodes", "steps", "GFLOP", "GB moved", "arena MiB", "nothing", with);
        List<String> same = new ArrayList<>();
        for (String name : Compiler.passes()) {
            String figures = figures(graph, Set.of(name));
            if (figures.equals(with)) same.add(name);
            else out.printf("%-18s %s%n", name, figures);
            out.flush();
        }
        out.printf("no difference here: %s%n", String.join(", ", same));
        out.flush();
    }

    private String figures(Graph graph, Set<String> without) {
        try (Compiler compiler = device.compiler(without)) {
            Compiler.Planned planned = compiler.plan(graph);
            ExecutionPlan plan = planned.plans().getFirst();
            StepCost cost = cost(plan);
            return String.format(Locale.ROOT, "%,8d %,8d %10.3f %10.3f %10.1f", planned.nodes(), plan.steps().size(), cost.flops() / 1e9,
                    cost.bytes() / 1e9, plan.arenaBytes() / 1048576.0);
        }
    }

    private static StepCost cost(ExecutionPlan plan) {
        return plan.steps().stream().map(StepCost::of).reduce(StepCost.NONE, StepCost::plus);
    }

    private void print(PrintWriter out, Pipeline.Stage traced, Explanation e) {
        List<Pipeline.Stage> stages = new ArrayList<>(List.of(traced));
        stages.addAll(e.stages());
        checkPass(stages);
        if (pass == null) summary(out, stages, e);
        for (int i = 0; i < stages.size(); i++) {
            if (!stages.get(i).name().equals(pass)) continue;
            if (i > 0) out.printf("# before %s%n%s%n# after %s%n", pass, stages.get(i - 1).graph(), pass);
            out.println(stages.get(i).graph());
        }
        if (pass == null || pass.equals(STEPS)) steps(out, e, false);
        if (BYTECODE.equals(pass)) steps(out, e, true);
        if (pass == null || pass.equals(MEMORY)) out.print(PlanText.memory(e.plan()));
        if (pass == null) total(out, e.plan());
        out.flush();
    }

    private static void steps(PrintWriter out, Explanation e, boolean bytecode) {
        for (int i = 0; i < e.steps().size(); i++) {
            Explanation.Lowering lowering = e.steps().get(i);
            if (bytecode && lowering.listing().isEmpty()) continue;
            Step step = e.plan().steps().get(i);
            out.printf("%4d %s%n", i, PlanText.step(step).stripTrailing());
            StepCost cost = StepCost.of(step);
            out.printf(Locale.ROOT, "       %.3f MFLOP, %.3f MB, %.2f FLOP a byte%n", cost.flops() / 1e6, cost.bytes() / 1e6, cost.intensity());
            if (!lowering.choice().isEmpty()) out.printf("       %s%n", lowering.choice());
            if (bytecode) out.println(lowering.listing());
        }
    }

    private void checkPass(List<Pipeline.Stage> stages) {
        List<String> known = new ArrayList<>(stages.stream().map(Pipeline.Stage::name).toList());
        known.addAll(List.of(STEPS, MEMORY, BYTECODE));
        if (pass != null && !known.contains(pass)) {
            throw new IllegalArgumentException("--pass knows no '" + pass + "': choose one of " + String.join(", ", known));
        }
    }

    private static void summary(PrintWriter out, List<Pipeline.Stage> stages, Explanation e) {
        for (Pipeline.Stage s : stages) {
            out.printf(Locale.ROOT, "%-18s %,7d nodes %9.1f ms%n", s.name(), s.graph().nodes().size(), s.nanos() / 1e6);
        }
        List<String> passes = stages.stream().map(Pipeline.Stage::name).toList();
        for (CompilePhase p : e.phases()) {
            if (!passes.contains(p.name())) out.printf(Locale.ROOT, "%-18s %23.1f ms%n", p.name(), p.nanos() / 1e6);
        }
        out.println();
    }

    private static void total(PrintWriter out, ExecutionPlan plan) {
        long calls = plan.steps().stream().filter((Step s) -> s instanceof Call).count();
        StepCost cost = cost(plan);
        out.printf(Locale.ROOT, "%n%,d steps: %,d fused loops, %,d calls; %.3f GFLOP, %.3f GB moved; arena %,d bytes%n", plan.steps().size(),
                plan.steps().size() - calls, calls, cost.flops() / 1e9, cost.bytes() / 1e9, plan.arenaBytes());
    }
}
