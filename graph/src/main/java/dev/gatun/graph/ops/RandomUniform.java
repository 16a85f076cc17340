package dev.gatun.graph.ops;

import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.Shape;
import dev.gatun.graph.types.TensorType;
import java.util.Collections;
import java.util.List;

/**
 * Uniform f32 numbers in [0,1) by the counter-based generator {@link Philox}: element {@code i} depends on the seed,
 * the stream and {@code i} alone, so the numbers are the same on any backend and at any thread count. The operand is
 * the seed, i32 {@code [2]}; a training step advances it as state.
 *
 * @param shape the result's shape
 * @param stream tells apart the random ops of one graph
 */
public record RandomUniform(Shape shape, int stream) implements Op {
    @Override
    public List<TensorType> infer(List<TensorType> operands) {
        Rules.count(operands, 1);
        Rules.require(operands.getFirst().equals(TensorType.of(DType.I32, 2)), "the seed must be i32[2]");
        return List.of(new TensorType(DType.F32, shape));
    }

    @Override
    public List<Tensor> gradient(Adjoint at) {
        return Collections.singletonList(null);
    }
}
