package dev.gatun.bench;

import dev.gatun.models.layers.ParameterTree;
import dev.gatun.models.optim.AdamW;
import dev.gatun.models.train.TrainingGraph;
import dev.gatun.runtime.Backend;
import dev.gatun.runtime.Compiler;
import dev.gatun.runtime.Executable;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import dev.gatun.models.gpt.Gpt;
import dev.gatun.models.gpt.GptPreset;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What is waited for before the first loss, each time in a new JVM: from the model to the end of the first step. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 0)
@Measurement(iterations = 1)
@Fork(5)
public class StartUp {
    private static final int VOCABULARY = 256;

    /** The model. */
    @Param({"BABY", "NANO"})
    public GptPreset preset;

    /** Worker threads. */
    @Param("1")
    public int threads;

    /** For the harness. */
    public StartUp() {}

    /** Traces, compiles and trains one step. */
    @Benchmark
    public float firstStep() {
        Gpt gpt = Gpt.of(preset.config(VOCABULARY));
        ParameterTree parameters = ParameterTree.of(gpt);
        int[] tokens = StepBench.tokens(preset.batch() * gpt.config().context(), VOCABULARY, 1);
        TensorType type = TensorType.of(DType.I32, preset.batch(), gpt.config().context());
        try (Compiler compiler = new Compiler(Backend.AUTO, threads);
                Executable step = compiler.compile(new TrainingGraph(AdamW.standard(), 1, false)
                        .train(parameters, t -> gpt.loss(t.data("tokens", type), t.data("targets", type))))) {
            parameters.initialize(1, step::state);
            step.write(TrainingGraph.TRAIN, "tokens", tokens);
            step.write(TrainingGraph.TRAIN, "targets", tokens);
            step.write(TrainingGraph.TRAIN, TrainingGraph.LEARNING_RATE, 1e-3f);
            step.write(TrainingGraph.TRAIN, TrainingGraph.STEP, 1);
            step.run(TrainingGraph.TRAIN);
            return step.scalar(TrainingGraph.TRAIN, TrainingGraph.LOSS);
        }
    }
}
