package dev.gatun.graph.ops;

import dev.gatun.graph.types.TensorType;
import dev.gatun.graph.types.TypeException;
import java.util.List;

/**
 * One operation: an immutable record of its attributes. Operands belong to the node that holds the op, so that
 * equal ops on equal operands are the same value.
 *
 * <p>Primitives are few. A {@link Composite} states itself in terms of them and needs no more.
 */
public sealed interface Op
        permits Pointwise, View, MatMul, Convolution, Pooling, Reduce, Concat, Pad, Gather, ScatterAdd, StoreRows, Constant, Iota, RandomUniform,
                Scan, Composite {

    /** The name in listings and errors: {@code MatMul}. */
    default String name() {
        return getClass().getSimpleName();
    }

    /**
     * The type rule: result types from operand types.
     *
     * @throws TypeException naming the rule that the operands break (the tracer adds op, operands and source line)
     */
    List<TensorType> infer(List<TensorType> operands);

    /**
     * The vector-Jacobian product: one gradient for each operand, {@code null} where there is none
     * (an integer operand, or one that {@link Adjoint#wants} excludes).
     */
    List<Tensor> gradient(Adjoint at);
}
