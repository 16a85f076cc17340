package dev.gatun.models.layers;

import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.trace.Tracer;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * A tensor of a model that is not trained but follows what the model sees, such as a running mean. It is state of the
 * compiled graph under its path through the model's record components, as a {@link Parameter} is; only the training
 * function changes it.
 */
public final class Statistic {
    /** What statistics need in the trace under way. */
    record Bound(Tensor tensor, String name) {}

    /** Statistics of the model in the trace under way. */
    static final ScopedValue<Map<Statistic, Bound>> BOUND = ScopedValue.newInstance();
    private static final ScopedValue<Training> TRAINING = ScopedValue.newInstance();

    /** A training step being traced, and the states that it has already given new contents. */
    private record Training(Tracer tracer, Set<String> updated) {}

    private final TensorType type;
    private final Initializer initializer;

    /**
     * A statistic.
     *
     * @param type an f32 type
     * @param start first value of every element
     */
    public Statistic(TensorType type, double start) {
        this(type, new Initializer.Constant(start));
    }

    /**
     * A tensor that stays as it starts, unless a layer updates it.
     *
     * @param type an f32 or i32 type
     * @param initializer gives its first values
     */
    public Statistic(TensorType type, Initializer initializer) {
        if (type.dtype() != DType.F32 && !(initializer instanceof Initializer.Stored)) {
            throw new IllegalArgumentException("a statistic must be f32, got " + type);
        }
        this.type = type;
        this.initializer = initializer;
    }

    public TensorType type() {
        return type;
    }

    /** First values. */
    public Initializer initializer() {
        return initializer;
    }

    /** Runs code that traces a training step: layers use the batch's own statistics and update the running ones. */
    public static <T> T training(Tracer tracer, Supplier<T> body) {
        return ScopedValue.where(TRAINING, new Training(tracer, new HashSet<>())).call(body::get);
    }

    /** Whether a training step is being traced. */
    public static boolean isTraining() {
        return TRAINING.isBound();
    }

    private Bound bound() {
        Bound b = BOUND.isBound() ? BOUND.get().get(this) : null;
        if (b == null) {
            throw new IllegalStateException("statistic " + type
                    + " has a tensor only inside ParameterTree.bind(...) of a model that holds it in its record components");
        }
        return b;
    }

    /**
     * This statistic's tensor in the trace under way, as it was before the step.
     *
     * @throws IllegalStateException outside {@link ParameterTree#bind}, or when the bound model does not hold it
     */
    public Tensor tensor() {
        return bound().tensor;
    }

    /**
     * Records the content after the step.
     *
     * @throws IllegalStateException outside {@link #training}, or when a layer is applied twice in one step
     */
    public void update(Tensor value) {
        if (!TRAINING.isBound()) throw new IllegalStateException("a statistic changes in training only");
        String name = bound().name;
        if (!TRAINING.get().updated.add(name)) {
            throw new IllegalStateException(name + " is updated twice in one step: apply its layer once, or use two layers");
        }
        TRAINING.get().tracer.update(name, value);
    }

    @Override
    public String toString() {
        return "Statistic " + type;
    }
}
