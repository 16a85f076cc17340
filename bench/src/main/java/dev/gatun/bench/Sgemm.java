package dev.gatun.bench;

import dev.gatun.graph.ir.Graph;
import dev.gatun.graph.ops.MatMul;
import dev.gatun.graph.ops.Philox;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import dev.gatun.runtime.Backend;
import dev.gatun.runtime.Compiler;
import dev.gatun.runtime.Executable;
import java.util.Arrays;
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

/** Matrix products in f32. The counter {@code gflop} is GFLOP a second. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class Sgemm {
    /** Rows, inner size and columns, and {@code t} after a size whose operand is stored transposed. */
    @Param({"256x256x256", "1024x1024x1024", "2048x384x1536", "2048x768x3072", "2048x768tx3072", "2048tx768x3072"})
    public String shape;

    /** Worker threads. */
    @Param("1")
    public int threads;

    private Compiler compiler;
    private Executable executable;
    private double flops;

    /** For the harness. */
    public Sgemm() {}

    /** Compiles and fills the operands. */
    @Setup(Level.Trial)
    public void open() {
        String[] parts = shape.split("x");
        boolean ta = parts[0].endsWith("t");
        boolean tb = parts[1].endsWith("t");
        int[] s = Arrays.stream(parts).mapToInt(p -> Integer.parseInt(p.replace("t", ""))).toArray();
        TensorType a = ta ? TensorType.of(DType.F32, s[1], s[0]) : TensorType.of(DType.F32, s[0], s[1]);
        TensorType b = tb ? TensorType.of(DType.F32, s[2], s[1]) : TensorType.of(DType.F32, s[1], s[2]);
        Graph graph = Tracer.trace("product", t ->
                t.output("c", t.data("a", a).apply(new MatMul(ta, tb), t.data("b", b))));
        compiler = new Compiler(Backend.SIMD, threads);
        executable = compiler.compile(graph);
        executable.write("product", "a", values(a));
        executable.write("product", "b", values(b));
        flops = 2.0 * s[0] * s[1] * s[2];
    }

    private static float[] values(TensorType type) {
        float[] x = new float[(int) type.elements()];
        for (int i = 0; i < x.length; i++) x[i] = Philox.uniform(1, 2, 3, i) - 0.5f;
        return x;
    }

    /** Work done, which the harness divides by time. */
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    @State(Scope.Thread)
    public static class Work {
        /** GFLOP. */
        public double gflop;

        /** For the harness. */
        public Work() {}
    }

    /** One product. */
    @Benchmark
    public void multiply(Work work) {
        executable.run("product");
        work.gflop += flops / 1e9;
    }

    /** Frees all. */
    @TearDown(Level.Trial)
    public void close() {
        executable.close();
        compiler.close();
    }
}
