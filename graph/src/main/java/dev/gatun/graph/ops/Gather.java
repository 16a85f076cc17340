package dev.gatun.graph.ops;

import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.TensorType;
import java.util.Arrays;
import java.util.List;

/**
 * Rows of a table by index: table {@code [rows, ...]}, indices i32 {@code [...i]}, result {@code [...i, ...]}.
 * Indices must lie in {@code 0..rows-1}; what reaches a graph as data is checked when it is written.
 */
public record Gather() implements Op {
    @Override
    public List<TensorType> infer(List<TensorType> operands) {
        Rules.count(operands, 2);
        TensorType table = operands.get(0);
        TensorType index = operands.get(1);
        Rules.require(table.rank() >= 1, "the table needs at least one dimension");
        Rules.dtype(index, DType.I32, "indices");
        return List.of(table.with(index.shape().concat(table.shape().sub(1, table.rank()))));
    }

    @Override
    public List<Tensor> gradient(Adjoint at) {
        Tensor table = at.operand(0);
        if (!table.dtype().isFloating() || !at.wants(0)) return Arrays.asList(null, null);
        Tensor g = at.operand(1).apply(new ScatterAdd(table.shape().dim(0)), at.cotangent());
        return Arrays.asList(g, null);
    }
}
