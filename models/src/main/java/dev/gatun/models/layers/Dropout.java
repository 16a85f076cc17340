package dev.gatun.models.layers;

import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.Shape;
import dev.gatun.graph.types.TensorType;
import dev.gatun.graph.trace.Tracer;
import java.util.function.Supplier;

/**
 * Dropout (Srivastava et al., 2014) while training, nothing otherwise.
 *
 * @param rate probability of dropping an element, in [0,1)
 * @param stream tells apart the dropout layers of one model
 */
public record Dropout(double rate, int stream) {
    /** Name of the state that holds the seed, i32 {@code [2]}: the run's seed and the number of steps so far. */
    public static final String SEED = "dropout.seed";

    private static final ScopedValue<Tensor> CURRENT = ScopedValue.newInstance();

    public Dropout {
        if (!(rate >= 0 && rate < 1)) throw new IllegalArgumentException("dropout must lie in [0,1), got " + rate);
    }

    /**
     * Runs code in which dropout layers drop. Declares the state {@link #SEED} and advances it with each run of the
     * function, so that each step has masks of its own.
     */
    public static <T> T training(Tracer tracer, Supplier<T> body) {
        Tensor seed = tracer.state(SEED, TensorType.of(DType.I32, 2));
        tracer.update(SEED, seed.add(Tensor.iota(Shape.of(2), 0)));
        return ScopedValue.where(CURRENT, seed).call(body::get);
    }

    /** The same shape; the tensor itself outside {@link #training} or at rate 0. */
    public Tensor apply(Tensor x) {
        if (rate == 0 || !CURRENT.isBound()) return x;
        return x.apply(new dev.gatun.graph.ops.Dropout(rate, stream), CURRENT.get());
    }
}
