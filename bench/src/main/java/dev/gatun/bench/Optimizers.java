package dev.gatun.bench;

import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import dev.gatun.models.optim.AdamW;
import dev.gatun.models.optim.Optimizer;
import dev.gatun.models.optim.Sgd;
import dev.gatun.models.optim.Trained;
import java.util.List;
import org.openjdk.jmh.annotations.Param;

/** Updates of 10 million parameters, whose gradient and state come from memory. */
public class Optimizers extends KernelSuite {
    /** How parameters change. */
    public enum Kind {
        /** AdamW: 28 bytes a parameter. */
        ADAMW,
        /** Momentum after Nesterov: 20 bytes a parameter. */
        SGD
    }

    /** The optimizer. */
    @Param
    public Kind optimizer;

    /** For the harness. */
    public Optimizers() {}

    @Override
    double flops() {
        return 0;
    }

    @Override
    void record(Tracer t) {
        TensorType type = TensorType.of(DType.F32, 10_000_000);
        TensorType scalar = TensorType.of(DType.F32);
        Optimizer o = switch (optimizer) {
            case ADAMW -> AdamW.standard();
            case SGD -> new Sgd(0.9, true, 1e-4);
        };
        o.update(t, List.of(new Trained("w", t.state("w", type), t.data("g", type))), t.data("rate", scalar), t.data("step", scalar));
    }
}
