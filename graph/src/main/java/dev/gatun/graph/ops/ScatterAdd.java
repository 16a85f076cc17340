package dev.gatun.graph.ops;

import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.Shape;
import dev.gatun.graph.types.TensorType;
import java.util.Arrays;
import java.util.List;

/**
 * The reverse of {@link Gather}: a table of zeros to whose row {@code index[i]} row {@code i} of the updates is
 * added, in order. Indices i32 {@code [...i]}, updates {@code [...i, ...]}, result {@code [rows, ...]}.
 *
 * @param rows rows of the table
 */
public record ScatterAdd(int rows) implements Op {
    @Override
    public List<TensorType> infer(List<TensorType> operands) {
        Rules.count(operands, 2);
        TensorType index = operands.get(0);
        TensorType updates = operands.get(1);
        Rules.dtype(index, DType.I32, "indices");
        Rules.floating(updates);
        int rank = index.rank();
        Rules.require(rows > 0, "the table needs rows");
        Rules.require(updates.rank() >= rank && updates.shape().sub(0, rank).equals(index.shape()),
                "updates must begin with the indices' dimensions");
        return List.of(updates.with(Shape.of(rows).concat(updates.shape().sub(rank, updates.rank()))));
    }

    @Override
    public List<Tensor> gradient(Adjoint at) {
        return Arrays.asList(null, at.cotangent().gather(at.operand(0)));
    }
}
