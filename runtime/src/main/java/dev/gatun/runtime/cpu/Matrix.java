package dev.gatun.runtime.cpu;

import dev.gatun.graph.plan.ExecutionPlan;
import dev.gatun.graph.schedule.Place;
import dev.gatun.simd.gemm.Operand;

/**
 * The last two dimensions of a place as a stored matrix: rows one after another, or columns.
 *
 * @param byColumns whether neighbouring elements lie along a column: the matrix is stored transposed
 * @param leading elements from one stored row (or column) to the next
 */
record Matrix(boolean byColumns, long leading) {
    static Matrix of(Place p) {
        int rank = p.shape().rank();
        long row = p.strides().get(rank - 2);
        long column = p.strides().get(rank - 1);
        if (column == 1 && row >= p.shape().dim(-1)) return new Matrix(false, row);
        if (row == 1 && column >= p.shape().dim(-2)) return new Matrix(true, column);
        throw new IllegalArgumentException("not a matrix with unit stride: " + p);
    }

    /** A place as an operand of a product. */
    static Operand operand(Place p, ExecutionPlan plan) {
        return new Operand(addresses(p, plan), plan.motion(p.buffer()));
    }

    /** Byte address of each matrix of the batch that the leading dimensions make. */
    static long[] addresses(Place p, ExecutionPlan plan) {
        int lead = p.shape().rank() - 2;
        long[] at = new long[(int) p.shape().sub(0, lead).elements()];
        for (int i = 0; i < at.length; i++) {
            long element = p.offset();
            int rest = i;
            for (int k = lead - 1; k >= 0; k--) {
                element += rest % p.shape().dim(k) * p.strides().get(k);
                rest /= p.shape().dim(k);
            }
            at[i] = plan.offset(p.buffer()) + element * p.dtype().bytes();
        }
        return at;
    }
}
