package dev.gatun.simd.kernels;

import dev.gatun.simd.Kernel;
import dev.gatun.simd.Segments;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Adds rows into a table that starts out as zeros: {@code table[indices[i], :] += updates[i, :]}, for i in ascending
 * order, so that equal indices always add up to the same bits. Indices i32[n], updates f32[n, width], table
 * f32[rows, width], all dense. A task owns some rows of the table.
 *
 * <p>An index outside 0 to {@code rows} (exclusive) raises {@link IndexOutOfBoundsException}; the table is then
 * incomplete, and nothing outside it has changed.
 */
public final class ScatterAdd implements Kernel {
    private static final VectorSpecies<Float> F32 = FloatVector.SPECIES_PREFERRED;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    /** A task has at least as many elements: less work is not worth looking at all indices for. */
    private static final long TASK_ELEMENTS = 16_384;
    private static final int MOST_TASKS = 64;

    private final long indicesBytes;
    private final int count;
    private final long updatesBytes;
    private final int width;
    private final long tableBytes;
    private final int rows;
    private final int taskRows;

    /**
     * Binds the operands; offsets are bytes, multiples of 4.
     *
     * @param count n, the number of indices and updates; may be 0
     * @throws IllegalArgumentException when a size or an offset is out of place
     */
    public ScatterAdd(long indicesBytes, int count, long updatesBytes, int width, long tableBytes, int rows) {
        if (count < 0 || width < 1 || rows < 1) {
            throw new IllegalArgumentException("ScatterAdd: " + count + " updates of width " + width
                    + " to a table of " + rows + " rows: width and rows must be positive, updates not negative");
        }
        Offsets.check("ScatterAdd: indices", indicesBytes);
        Offsets.check("ScatterAdd: updates", updatesBytes);
        Offsets.check("ScatterAdd: table", tableBytes);
        this.indicesBytes = indicesBytes;
        this.count = count;
        this.updatesBytes = updatesBytes;
        this.width = width;
        this.tableBytes = tableBytes;
        this.rows = rows;
        long tasks = Math.clamp((long) rows * width / TASK_ELEMENTS, 1, Math.min(rows, MOST_TASKS));
        this.taskRows = Math.ceilDiv(rows, (int) tasks);
    }

    @Override
    public String name() {
        return "scatter.add";
    }

    @Override
    public int tasks() {
        return Math.ceilDiv(rows, taskRows);
    }

    @Override
    public void run(MemorySegment memory, int task, MemorySegment scratch) {
        memory = Segments.known(memory);
        int first = task * taskRows;
        int end = Math.min(rows, first + taskRows);
        long rowBytes = 4L * width;
        memory.asSlice(tableBytes + first * rowBytes, (end - first) * rowBytes).fill((byte) 0);
        for (int i = 0; i < count; i++) {
            int index = memory.get(INT, indicesBytes + 4L * i);
            if (index < 0 || index >= rows) {
                throw new IndexOutOfBoundsException("ScatterAdd: index " + index + " at position " + i
                        + " is not a row of a table of " + rows + " rows");
            }
            if (index >= first && index < end) {
                add(memory, updatesBytes + i * rowBytes, tableBytes + index * rowBytes);
            }
        }
    }

    private void add(MemorySegment memory, long update, long row) {
        int whole = F32.loopBound(width);
        int j = 0;
        for (; j < whole; j += F32.length()) {
            FloatVector.fromMemorySegment(F32, memory, row + 4L * j, ORDER)
                    .add(FloatVector.fromMemorySegment(F32, memory, update + 4L * j, ORDER))
                    .intoMemorySegment(memory, row + 4L * j, ORDER);
        }
        for (; j < width; j++) {
            float sum = memory.get(FLOAT, row + 4L * j) + memory.get(FLOAT, update + 4L * j);
            memory.set(FLOAT, row + 4L * j, sum);
        }
    }
}
