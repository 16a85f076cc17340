package dev.gatun.tools;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.passes.Pipeline;
import dev.gatun.graph.plan.ExecutionPlan;
import dev.gatun.graph.plan.PlanText;
import dev.gatun.graph.schedule.Call;
import dev.gatun.graph.schedule.Step;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import dev.gatun.models.generate.Generator;
import dev.gatun.models.gpt.Gpt;
import dev.gatun.models.gpt.GptConfig;
import dev.gatun.models.layers.ParameterTree;
import dev.gatun.models.optim.AdamW;
import dev.gatun.models.train.TrainingGraph;
import dev.gatun.runtime.Compiler;
import dev.gatun.runtime.Explanation;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code gatun explain gpt}. */
@Command(
        name = "gpt",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Shows a GPT's graph, the loops and calls it is fused into, and where its memory lies.%n",
            "Nothing is run. Without --pass: one line for each pass, then the steps and the memory.%n"
        },
        footer = {
            "",
            "Examples:",
            "  gatun explain gpt --preset baby",
            "  gatun explain gpt --pass expand               the graph before and after one pass",
            "  gatun explain gpt --pass steps                the fused loops and the calls only",
            "  gatun explain gpt --pass bytecode             the loops as they are generated",
            "  gatun explain gpt --function logits --pass memory"
        })
final class ExplainGptCommand implements Callable<Integer> {
    /** Functions that training compiles. */
    enum FunctionName {
        TRAIN,
        EVALUATE,
        LOGITS
    }

    private static final String TRACED = "traced";
    private static final String STEPS = "steps";
    private static final String MEMORY = "memory";
    private static final String BYTECODE = "bytecode";

    @Mixin
    private GptOptions model;

    @Option(names = "--batch", paramLabel = "N", description = "Sequences per step. Default: the preset's.")
    private Integer batch;

    @Option(names = "--vocab", paramLabel = "N", defaultValue = "256", description = "Tokens of the vocabulary. Default: 256.")
    private int vocabulary;

    @Option(
            names = "--function",
            paramLabel = "NAME",
            defaultValue = "train",
            description = "train, evaluate or logits. Default: train.")
    private FunctionName function;

    @Option(
            names = "--pass",
            paramLabel = "NAME",
            description = "A pass (its graph before and after), traced, steps, memory or bytecode (of the generated loops).")
    private String pass;

    @Mixin
    private DeviceOptions device;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        Flags.atLeastOne("--vocab", vocabulary);
        int rows = GptOptions.chosen("--batch", batch, model.preset().batch());
        Graph traced = trace(rows);
        try (Compiler compiler = device.compiler()) {
            print(spec.commandLine().getOut(), traced, compiler.explain(traced));
        }
        return 0;
    }

    private void print(PrintWriter out, Graph traced, Explanation e) {
        List<Pipeline.Stage> stages = new ArrayList<>(List.of(new Pipeline.Stage(TRACED, traced, 0)));
        stages.addAll(e.stages());
        checkPass(stages);
        if (pass == null) summary(out, stages);
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
            out.printf("%4d %s%n", i, PlanText.step(e.plan().steps().get(i)).stripTrailing());
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

    private Graph trace(int rows) {
        GptConfig config = model.config(vocabulary, 0);
        Gpt gpt = Gpt.of(config);
        ParameterTree parameters = ParameterTree.of(gpt);
        TensorType ids = TensorType.of(DType.I32, rows, config.context());
        return switch (function) {
            case TRAIN -> new TrainingGraph(AdamW.standard(), 1, false).train(parameters, t -> loss(t, gpt, ids));
            case EVALUATE -> TrainingGraph.evaluate(parameters, t -> t.output(TrainingGraph.LOSS, loss(t, gpt, ids)));
            case LOGITS -> Generator.graph(gpt, parameters);
        };
    }

    private static Tensor loss(Tracer t, Gpt gpt, TensorType ids) {
        return gpt.loss(t.data("tokens", ids), t.data("targets", ids));
    }

    private static void summary(PrintWriter out, List<Pipeline.Stage> stages) {
        for (Pipeline.Stage s : stages) out.printf("%-18s %,7d nodes%n", s.name(), s.graph().nodes().size());
        out.println();
    }

    private static void total(PrintWriter out, ExecutionPlan plan) {
        long calls = plan.steps().stream().filter((Step s) -> s instanceof Call).count();
        out.printf("%n%,d steps: %,d fused loops, %,d calls; arena %,d bytes%n", plan.steps().size(),
                plan.steps().size() - calls, calls, plan.arenaBytes());
    }
}
