package dev.gatun.bench;

import dev.gatun.graph.ops.MatMul;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import dev.gatun.runtime.Backend;
import java.util.Arrays;
import org.openjdk.jmh.annotations.Param;

/** Matrix products in f32. */
public class Sgemm extends KernelSuite {
    /** Rows, inner size and columns, and {@code t} after a size whose operand is stored transposed. */
    @Param({"256x256x256", "512x512x512", "1024x1024x1024", "2048x2048x2048", "2048x384x1536", "2048x768x3072", "2048x768tx3072",
            "2048tx768x3072"})
    public String shape;

    /** Who multiplies. */
    @Param({"SIMD", "ONEDNN"})
    public Backend backend;

    /** For the harness. */
    public Sgemm() {}

    @Override
    Backend backend() {
        return backend;
    }

    private int[] sizes() {
        return Arrays.stream(shape.split("x")).mapToInt(p -> Integer.parseInt(p.replace("t", ""))).toArray();
    }

    @Override
    double flops() {
        int[] s = sizes();
        return 2.0 * s[0] * s[1] * s[2];
    }

    @Override
    void record(Tracer t) {
        String[] parts = shape.split("x");
        boolean ta = parts[0].endsWith("t");
        boolean tb = parts[1].endsWith("t");
        int[] s = sizes();
        TensorType a = ta ? TensorType.of(DType.F32, s[1], s[0]) : TensorType.of(DType.F32, s[0], s[1]);
        TensorType b = tb ? TensorType.of(DType.F32, s[2], s[1]) : TensorType.of(DType.F32, s[1], s[2]);
        t.output("c", t.data("a", a).apply(new MatMul(ta, tb), t.data("b", b)));
    }
}
