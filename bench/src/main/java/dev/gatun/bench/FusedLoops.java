package dev.gatun.bench;

import dev.gatun.graph.autodiff.Grad;
import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ir.Input;
import dev.gatun.graph.ops.Gelu;
import dev.gatun.graph.ops.LayerNorm;
import dev.gatun.graph.ops.Philox;
import dev.gatun.graph.ops.Softmax;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import dev.gatun.models.optim.AdamW;
import dev.gatun.models.optim.Trained;
import dev.gatun.runtime.Backend;
import dev.gatun.runtime.Compiler;
import dev.gatun.runtime.Executable;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Fused loops as the compiler makes them, at the shapes that the peers measure. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class FusedLoops {
    private static final double EPSILON = 1e-5;

    /** What is computed. */
    public enum Case {
        /** {@code gelu(x + bias) + residual}, 2048 x 3072. */
        BIAS_GELU_RESIDUAL,
        /** Gradients of the same. */
        BIAS_GELU_RESIDUAL_GRADIENT,
        /** Layer normalization of 2048 x 768. */
        LAYER_NORM,
        /** Gradients of the same. */
        LAYER_NORM_GRADIENT,
        /** Softmax along rows of 24576 x 256. */
        SOFTMAX,
        /** AdamW over 10 million parameters. */
        ADAMW
    }

    /** The loop. */
    @Param
    public Case loop;

    /** Worker threads. */
    @Param("1")
    public int threads;

    private Compiler compiler;
    private Executable executable;

    /** For the harness. */
    public FusedLoops() {}

    /** Compiles and fills all inputs. */
    @Setup(Level.Trial)
    public void open() {
        Graph graph = Tracer.trace("loop", this::body);
        compiler = new Compiler(Backend.SIMD, threads);
        executable = compiler.compile(graph);
        for (Input in : graph.inputs(Input.Role.DATA)) {
            float[] values = new float[(int) in.value().type().elements()];
            for (int i = 0; i < values.length; i++) values[i] = Philox.uniform(1, 2, 3, i) + 0.5f;
            executable.write("loop", in.name(), values);
        }
    }

    private void body(Tracer t) {
        switch (loop) {
            case BIAS_GELU_RESIDUAL -> t.output("y", gelu(t));
            case BIAS_GELU_RESIDUAL_GRADIENT -> gradients(t, gelu(t));
            case LAYER_NORM -> t.output("y", norm(t));
            case LAYER_NORM_GRADIENT -> gradients(t, norm(t));
            case SOFTMAX -> t.output("y", t.data("x", TensorType.of(DType.F32, 24576, 256)).apply(new Softmax()));
            case ADAMW -> {
                TensorType type = TensorType.of(DType.F32, 10_000_000);
                TensorType scalar = TensorType.of(DType.F32);
                AdamW.standard().update(t, List.of(new Trained("w", t.state("w", type), t.data("g", type))),
                        t.data("rate", scalar), t.data("step", scalar));
            }
        }
    }

    private static Tensor gelu(Tracer t) {
        TensorType type = TensorType.of(DType.F32, 2048, 3072);
        Tensor x = t.data("x", type).add(t.data("b", TensorType.of(DType.F32, 3072)));
        return Gelu.of(x).add(t.data("r", type));
    }

    private static Tensor norm(Tracer t) {
        TensorType row = TensorType.of(DType.F32, 768);
        return LayerNorm.of(t.data("x", TensorType.of(DType.F32, 2048, 768)), t.data("w", row), t.data("b", row), EPSILON);
    }

    /** Gradients by all inputs of {@code sum(y * dy)}. */
    private static void gradients(Tracer t, Tensor y) {
        List<Tensor> inputs = t.inputs().stream().map(i -> t.tensor(i.value())).toList();
        List<Tensor> gradients = Grad.of(y.mul(t.data("dy", y.type())).sumAll(), inputs);
        for (int i = 0; i < gradients.size(); i++) t.output("g" + i, gradients.get(i));
    }

    /** One pass. */
    @Benchmark
    public void run() {
        executable.run("loop");
    }

    /** Frees all. */
    @TearDown(Level.Trial)
    public void close() {
        executable.close();
        compiler.close();
    }
}
