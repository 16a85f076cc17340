package dev.gatun.bench;

import dev.gatun.runtime.Backend;
import dev.gatun.runtime.Compiler;
import dev.gatun.runtime.Precision;
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

/** Whole training steps, as {@code gatun bench step} times them. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 2, time = 3)
@Measurement(iterations = 5, time = 3)
@Fork(1)
public class Steps {
    /** What is trained. */
    @Param({"gpt-nano", "lenet5-b64", "resnet18-cifar-b64"})
    public String workload;

    /** Worker threads. */
    @Param("1")
    public int threads;

    private Compiler compiler;
    private StepBench bench;
    private double flops;

    /** For the harness. */
    public Steps() {}

    /** Compiles the step and sets the first weights. */
    @Setup(Level.Trial)
    public void open() {
        compiler = new Compiler(Backend.AUTO, Precision.F32, threads);
        ImageWorkload images = ImageWorkload.of(workload);
        if (images != null) {
            bench = StepBench.of(compiler, images);
            flops = 3 * images.forwardFlops() * images.batch();
        } else {
            Workload w = Workload.of(workload);
            bench = StepBench.of(compiler, w);
            flops = w.flops(bench.parameters());
        }
    }

    /** One step. */
    @Benchmark
    public void step(KernelSuite.Work work) {
        bench.step();
        work.gflop += flops / 1e9;
    }

    /** Frees all, unless the loss did not fall, which is an error. */
    @TearDown(Level.Trial)
    public void close() {
        try {
            bench.losses();
        } finally {
            bench.close();
            compiler.close();
        }
    }
}
