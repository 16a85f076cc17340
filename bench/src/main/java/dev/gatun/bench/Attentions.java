package dev.gatun.bench;

import dev.gatun.graph.autodiff.Grad;
import dev.gatun.graph.ops.Attention;
import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import java.util.List;
import org.openjdk.jmh.annotations.Param;

/** Scaled dot-product attention with heads of width 64; only what a causal mask leaves is counted as work. */
public class Attentions extends KernelSuite {
    private static final int WIDTH = 64;
    private static final int HEADS = 6;

    /** Queries and keys of a sequence. */
    @Param({"256", "1024"})
    public int time;

    /** Whether a query sees earlier keys only. */
    @Param({"true", "false"})
    public boolean causal;

    /** Whether gradients are taken as well. */
    @Param({"false", "true"})
    public boolean gradient;

    /** For the harness. */
    public Attentions() {}

    private int batch() {
        return 2048 / time;
    }

    /** Two products forward; backward another five, of which one repeats the scores. */
    @Override
    double flops() {
        double pairs = causal ? time * (time + 1) / 2.0 : (double) time * time;
        return 2.0 * batch() * HEADS * pairs * WIDTH * (gradient ? 7 : 2);
    }

    @Override
    void record(Tracer t) {
        TensorType type = TensorType.of(DType.F32, batch(), time, HEADS, WIDTH);
        List<Tensor> in = List.of(t.data("q", type), t.data("k", type), t.data("v", type));
        Tensor y = Attention.of(in.get(0), in.get(1), in.get(2), causal);
        t.output("y", y);
        if (!gradient) return;
        List<Tensor> g = Grad.of(y.mul(t.data("dy", type)).sumAll(), in);
        for (int i = 0; i < g.size(); i++) t.output("g" + i, g.get(i));
    }
}
