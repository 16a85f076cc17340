package dev.gatun.simd.kernels;

import dev.gatun.simd.Kernel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Replaces rows of sequences f32[slots, rows, width] at places read from memory: row {@code position[i] + t} of sequence
 * {@code slot[i]} becomes row {@code [i, t]} of f32[n, time, width]. Sequences whose result lies elsewhere are copied first.
 *
 * <p>A slot or position out of range raises {@link IndexOutOfBoundsException} before anything is written.
 */
public final class StoreRows implements Kernel {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;

    private final Sequences from;
    private final Fresh fresh;
    private final long slotBytes;
    private final long positionBytes;
    private final long resultBytes;

    /**
     * Dense sequences.
     *
     * @param byteOffset of the first element
     */
    public record Sequences(long byteOffset, int slots, int rows, int width) {
        public Sequences {
            Offsets.check("StoreRows: sequences", byteOffset);
            if (slots < 1 || rows < 1 || width < 1) {
                throw new IllegalArgumentException("StoreRows: sizes must be positive, not slots=" + slots + " rows=" + rows + " width=" + width);
            }
        }

        long bytes() {
            return 4L * slots * rows * width;
        }
    }

    /**
     * Rows to store, each dense.
     *
     * @param byteOffset of the first element
     * @param n windows
     * @param time rows of each
     * @param windowStride elements from a window to the next
     * @param timeStride elements from a row to the next
     */
    public record Fresh(long byteOffset, int n, int time, long windowStride, long timeStride) {
        public Fresh {
            Offsets.check("StoreRows: fresh rows", byteOffset);
            if (n < 1 || time < 1 || windowStride < 0 || timeStride < 0) {
                throw new IllegalArgumentException("StoreRows: sizes must be positive and strides not negative: n=" + n
                        + " time=" + time + " strides " + windowStride + ", " + timeStride);
            }
        }
    }

    /**
     * Binds the operands.
     *
     * @param slotBytes where i32[n] slots lie
     * @param positionBytes where i32[n] positions lie
     * @param resultBytes where the result goes; the sequences' own place to write into them
     * @throws IllegalArgumentException when a size or an offset is out of place
     */
    public StoreRows(Sequences from, Fresh fresh, long slotBytes, long positionBytes, long resultBytes) {
        Offsets.check("StoreRows: slots", slotBytes);
        Offsets.check("StoreRows: positions", positionBytes);
        Offsets.check("StoreRows: result", resultBytes);
        if (fresh.time > from.rows) {
            throw new IllegalArgumentException("StoreRows: " + fresh.time + " rows do not fit into " + from.rows);
        }
        this.from = from;
        this.fresh = fresh;
        this.slotBytes = slotBytes;
        this.positionBytes = positionBytes;
        this.resultBytes = resultBytes;
    }

    @Override
    public String name() {
        return "store.rows";
    }

    @Override
    public int tasks() {
        return 1;
    }

    @Override
    public void run(MemorySegment memory, int task, MemorySegment scratch) {
        for (int i = 0; i < fresh.n; i++) {
            check("slot", memory.get(INT, slotBytes + 4L * i), from.slots, i);
            check("position", memory.get(INT, positionBytes + 4L * i), from.rows - fresh.time + 1, i);
        }
        if (resultBytes != from.byteOffset) MemorySegment.copy(memory, from.byteOffset, memory, resultBytes, from.bytes());
        long row = 4L * from.width;
        for (int i = 0; i < fresh.n; i++) {
            long first = (long) memory.get(INT, slotBytes + 4L * i) * from.rows + memory.get(INT, positionBytes + 4L * i);
            long source = fresh.byteOffset + 4 * i * fresh.windowStride;
            for (int t = 0; t < fresh.time; t++) {
                MemorySegment.copy(memory, source + 4 * t * fresh.timeStride, memory, resultBytes + (first + t) * row, row);
            }
        }
    }

    private static void check(String what, int value, int bound, int i) {
        if (value < 0 || value >= bound) {
            throw new IndexOutOfBoundsException("StoreRows: " + what + " " + value + " of window " + i + " does not lie in 0.." + (bound - 1));
        }
    }
}
