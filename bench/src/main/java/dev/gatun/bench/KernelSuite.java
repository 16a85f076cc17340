package dev.gatun.bench;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ir.Input;
import dev.gatun.graph.ir.Output;
import dev.gatun.graph.ops.Philox;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import dev.gatun.runtime.Backend;
import dev.gatun.runtime.Compiler;
import dev.gatun.runtime.Executable;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
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

/**
 * One small graph, compiled as any other and run again and again. Operations are counted by the suite; bytes are what has
 * to be moved at least: every input once and every result once.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public abstract class KernelSuite {
    private static final String FUNCTION = "kernel";

    /** Worker threads. */
    @Param("1")
    public int threads;

    private Compiler compiler;
    private Executable executable;
    private double flops;
    private double bytes;

    /** For the harness. */
    protected KernelSuite() {}

    /** Records what is measured: data inputs, results, updates of states. */
    abstract void record(Tracer t);

    /** Operations of one run, a multiply-add being two; 0 where memory is the limit. */
    abstract double flops();

    /** What runs it. */
    Backend backend() {
        return Backend.SIMD;
    }

    /** Compiles and fills the inputs. */
    @Setup(Level.Trial)
    public void open() {
        Graph graph = Tracer.trace(FUNCTION, this::record);
        compiler = new Compiler(backend(), threads);
        executable = compiler.compile(graph);
        for (Input in : graph.inputs(Input.Role.DATA)) fill(in);
        flops = flops();
        for (Input in : graph.inputs()) bytes += bytes(in.value().type());
        for (Output out : graph.outputs()) bytes += bytes(out.value().type());
    }

    private void fill(Input in) {
        int n = Math.toIntExact(in.value().type().elements());
        if (in.value().type().dtype() == DType.I32) {
            executable.write(FUNCTION, in.name(), new int[n]);
            return;
        }
        float[] values = new float[n];
        for (int i = 0; i < n; i++) values[i] = Philox.uniform(1, 2, 3, i) + 0.5f;
        executable.write(FUNCTION, in.name(), values);
    }

    private static double bytes(TensorType type) {
        return (double) type.elements() * type.dtype().bytes();
    }

    /** Work done, which the harness divides by time. */
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    @State(Scope.Thread)
    public static class Work {
        /** 10^9 operations. */
        public double gflop;

        /** 10^9 bytes. */
        public double gbyte;

        /** For the harness. */
        public Work() {}
    }

    /** One run. */
    @Benchmark
    public void run(Work work) {
        executable.run(FUNCTION);
        work.gflop += flops / 1e9;
        work.gbyte += bytes / 1e9;
    }

    /** Frees all. */
    @TearDown(Level.Trial)
    public void close() {
        executable.close();
        compiler.close();
    }
}
