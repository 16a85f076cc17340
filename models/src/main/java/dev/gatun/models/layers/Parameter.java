package dev.gatun.models.layers;

import dev.gatun.graph.ops.Tensor;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import java.util.Map;

/**
 * A trained tensor of a model: its type and how it starts. It holds no data; two parameters are the same only if
 * they are the same object. Its name is its path through the model's record components ({@link ParameterTree}).
 */
public final class Parameter {
    /** Tensors of the parameters in the trace under way. */
    static final ScopedValue<Map<Parameter, Tensor>> BOUND = ScopedValue.newInstance();

    private final TensorType type;
    private final Initializer initializer;

    /**
     * A parameter.
     *
     * @param type an f32 type; lower precision is a matter of compilation, not of the model
     * @param initializer gives its first values
     */
    public Parameter(TensorType type, Initializer initializer) {
        if (type.dtype() != DType.F32) throw new IllegalArgumentException("a parameter must be f32, got " + type);
        this.type = type;
        this.initializer = initializer;
    }

    public TensorType type() {
        return type;
    }

    public Initializer initializer() {
        return initializer;
    }

    /**
     * This parameter's tensor in the trace under way.
     *
     * @throws IllegalStateException outside {@link ParameterTree#bind}, or when the bound model does not hold this
     *     parameter
     */
    public Tensor tensor() {
        if (!BOUND.isBound()) {
            throw new IllegalStateException("parameter " + type + " has a tensor only inside ParameterTree.bind(...)");
        }
        Tensor t = BOUND.get().get(this);
        if (t == null) {
            throw new IllegalStateException("parameter " + type
                    + " does not belong to the bound model: reach it through the model's record components");
        }
        return t;
    }

    @Override
    public String toString() {
        return "Parameter " + type;
    }
}
