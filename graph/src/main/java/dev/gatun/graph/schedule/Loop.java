package dev.gatun.graph.schedule;

import dev.gatun.graph.ops.Pointwise;
import dev.gatun.graph.ops.Reduce;
import dev.gatun.graph.types.DType;
import dev.gatun.graph.types.Shape;
import java.util.List;

/**
 * A fused loop nest. Its domain is a set of rows; each row is a run of {@code inner} elements. The body is one list
 * of instructions in single-assignment form, a value's number being its instruction's position. A value either
 * varies along the row (an element value: one SIMD lane per element) or is constant on it (a row value). A
 * {@link RowReduce} turns the first kind into the second, and whatever uses its result runs in a later pass over the
 * same, by then cache-resident, row: a softmax is three passes over a row inside one loop.
 *
 * <p>Rows are independent but for {@link ColumnReduce}, so tasks (runs of {@code rowsPerTask} rows) run in any order
 * on any worker. The cut depends on sizes alone, never on the number of threads: sums come out the same.
 *
 * <p>A domain without structure is cut into rows of a fixed length, and only its last row is shorter
 * ({@code lastInner}).
 *
 * @param label short name for listings
 * @param source the user's line
 * @param domain outer sizes, then the inner size; rank at least 1
 * @param lastInner length of the last row; equal to the inner size unless the domain is ragged
 * @param rowsPerTask rows of one task
 * @param places memory that loads and stores refer to by position, each with the domain's rank of strides
 * @param body instructions
 */
public record Loop(
        String label,
        String source,
        Shape domain,
        int lastInner,
        int rowsPerTask,
        List<Place> places,
        List<Instr> body) implements Step {

    public Loop {
        places = List.copyOf(places);
        body = List.copyOf(body);
    }

    /** Elements of a row. */
    public int inner() {
        return domain.last();
    }

    /** Number of rows. */
    public int rows() {
        return (int) (domain.elements() / inner());
    }

    /** Number of tasks. */
    public int tasks() {
        return (rows() + rowsPerTask - 1) / rowsPerTask;
    }

    /** Whether instruction {@code i} gives one value a row (true) or one an element. */
    public boolean isRowValue(int i) {
        return switch (body.get(i)) {
            case Load l -> places.get(l.place()).innerStride() == 0;
            case GatherLoad l -> places.get(l.place()).innerStride() == 0;
            case Const c -> true;
            case Index x -> x.strides().getLast() == 0;
            case Apply a -> a.args().stream().allMatch(this::isRowValue);
            case RowReduce r -> true;
            case Store s -> isRowValue(s.value());
            case ColumnReduce c -> false;
        };
    }

    /** One instruction; operands are positions of earlier instructions. */
    public sealed interface Instr permits Load, GatherLoad, Const, Index, Apply, RowReduce, Store, ColumnReduce {
        /** Type computed with: F32, I32 or BOOL. Memory may hold BF16, which loads widen and stores round. */
        DType type();
    }

    /** Reads a place at the loop's indices. An inner stride of 0 reads once a row. */
    public record Load(int place, DType type) implements Instr {}

    /**
     * Reads a place at the loop's indices plus {@code index * stride} elements, where {@code index} is an I32 row
     * value: one row of a table, as an embedding does.
     */
    public record GatherLoad(int place, int index, long stride, DType type) implements Instr {}

    /** A constant. */
    public record Const(double value, DType type) implements Instr {}

    /** The I32 number {@code i0*strides[0] + i1*strides[1] + ...} of the loop's indices, the inner one last. */
    public record Index(List<Long> strides) implements Instr {
        @Override
        public DType type() {
            return DType.I32;
        }
    }

    /** A pointwise op on earlier values. */
    public record Apply(Pointwise op, List<Integer> args, DType type) implements Instr {}

    /** Combines an element value along the row into a row value. The order is fixed by the row's length. */
    public record RowReduce(Reduce.Kind kind, int arg, DType type) implements Instr {}

    /** Writes a value: each element, or once a row where the place's inner stride is 0. */
    public record Store(int place, int value, DType type) implements Instr {}

    /**
     * Sums an element value over the rows of a task, column by column, in row order. The place has shape
     * {@code [tasks, inner]}: each task overwrites a row of its own.
     */
    public record ColumnReduce(int place, int value, DType type) implements Instr {}
}
