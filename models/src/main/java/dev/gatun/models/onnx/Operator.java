package dev.gatun.models.onnx;

import dev.gatun.graph.ops.Tensor;
import java.util.List;

/**
 * An operator that Gatun has.
 *
 * @param name as nodes call it
 * @param since first version that has it
 * @param least inputs that a node must have
 * @param most inputs that a node may have
 * @param lowering records the computation
 */
record Operator(String name, int since, int least, int most, Lowering lowering) {
    /** Records what a node computes, and returns its results. */
    interface Lowering {
        List<Value> lower(Call call);
    }

    /** A lowering with one result. */
    interface Single {
        Tensor lower(Call call);
    }

    /** An operator of any version with a fixed number of inputs and one result. */
    static Operator of(String name, int inputs, Single lowering) {
        return of(name, inputs, inputs, lowering);
    }

    /** An operator of any version with one result. */
    static Operator of(String name, int least, int most, Single lowering) {
        return of(name, 1, least, most, lowering);
    }

    /** An operator with one result. */
    static Operator of(String name, int since, int least, int most, Single lowering) {
        return new Operator(name, since, least, most, c -> List.of(Value.of(lowering.lower(c))));
    }
}
