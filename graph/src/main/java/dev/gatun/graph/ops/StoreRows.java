package dev.gatun.graph.ops;

import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.Shape;
import dev.gatun.graph.types.TensorType;
import java.util.Arrays;
import java.util.List;

/**
 * Sequences in which some rows are replaced, at places known only when the graph runs: what a key and value cache
 * needs. Operands: sequences {@code [slots, rows, ...]}, fresh rows {@code [n, time, ...]}, slots i32 {@code [n]} and
 * positions i32 {@code [n]}. Result: the sequences with row {@code position[i] + t} of sequence {@code slot[i]} replaced
 * by {@code fresh[i, t]}; these windows must not overlap. When the sequences are a state that nobody else reads
 * and the result is its new content, rows are written in place and nothing else is touched.
 *
 * <p>Slots must lie in {@code 0..slots-1}, positions in {@code 0..rows-time}; what reaches a graph as data is checked
 * when it is written.
 */
public record StoreRows() implements Op {
    /** The sequences with fresh rows. */
    public static Tensor of(Tensor sequences, Tensor fresh, Tensor slot, Tensor position) {
        return sequences.apply(new StoreRows(), fresh, slot, position);
    }

    @Override
    public List<TensorType> infer(List<TensorType> operands) {
        Rules.count(operands, 4);
        TensorType sequences = operands.get(0);
        TensorType fresh = operands.get(1);
        Rules.floating(sequences);
        Rules.require(fresh.dtype() == sequences.dtype(), "element types differ");
        Rules.require(sequences.rank() >= 2 && fresh.rank() == sequences.rank(), "needs [slots, rows, ...] and [n, time, ...]");
        Rules.require(fresh.shape().sub(2, fresh.rank()).equals(sequences.shape().sub(2, sequences.rank())), "rows differ in shape");
        Rules.require(fresh.dim(1) <= sequences.dim(1), "more fresh rows than a sequence has");
        index(operands.get(2), fresh.dim(0), "slots");
        index(operands.get(3), fresh.dim(0), "positions");
        return List.of(sequences);
    }

    /** An i32 number for each of {@code n}. */
    static void index(TensorType t, int n, String what) {
        Rules.dtype(t, DType.I32, what);
        Rules.require(t.shape().equals(Shape.of(n)), what + " must have shape [" + n + "]");
    }

    @Override
    public List<Tensor> gradient(Adjoint at) {
        Tensor g = at.cotangent();
        Tensor fresh = at.operand(1);
        Tensor slot = at.operand(2);
        Tensor position = at.operand(3);
        Tensor kept = at.wants(0) ? of(g, fresh.zero(), slot, position) : null;
        return Arrays.asList(kept, at.wants(1) ? window(g, fresh.shape(), slot, position) : null, null, null);
    }

    /** Row {@code position[i] + t} of sequence {@code slot[i]} for each i and t. */
    private static Tensor window(Tensor sequences, Shape fresh, Tensor slot, Tensor position) {
        Shape s = sequences.shape();
        int n = fresh.dim(0);
        Tensor flat = sequences.reshape(Shape.of(s.dim(0) * s.dim(1)).concat(s.sub(2, s.rank())));
        Tensor first = slot.mul(Tensor.full(DType.I32, slot.shape(), s.dim(1))).add(position);
        return flat.gather(first.reshape(n, 1).add(Tensor.iota(Shape.of(n, fresh.dim(1)), 1)));
    }
}
