package dev.gatun.simd.kernels;

import dev.gatun.simd.Kernel;
import dev.gatun.simd.Segments;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Arrays of f32 read and written from end to end, which memory bandwidth alone limits (McCalpin's STREAM, 1995):
 * {@code c = a}, or {@code c = a + s b}. A byte counts once for each array it is read from or written to.
 */
public final class Stream implements Kernel {
    /** What is done with each element. */
    public enum Kind {
        /** {@code c = a}: two arrays. */
        COPY,
        /** {@code c = a + s b}: three arrays. */
        TRIAD
    }

    private static final VectorSpecies<Float> F32 = FloatVector.SPECIES_PREFERRED;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final long TASK_BYTES = 1 << 20;
    /** Between arrays: at equal distance from a page's start, loads would wait for stores that they have nothing to do with. */
    private static final long GAP = 4096 / 4 + 64;

    private final Kind kind;
    private final long bytes;

    /**
     * Three arrays one after another from offset 0; {@link #memoryBytes} has room for them.
     *
     * @param bytes of one array, a multiple of 1 MiB
     * @throws IllegalArgumentException for another size
     */
    public Stream(Kind kind, long bytes) {
        if (bytes < TASK_BYTES || bytes % TASK_BYTES != 0 || bytes / TASK_BYTES > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("Stream: an array has a multiple of " + TASK_BYTES + " bytes, not " + bytes);
        }
        this.kind = kind;
        this.bytes = bytes;
    }

    /** Size of the memory that three arrays of a size need. */
    public static long memoryBytes(long bytes) {
        return 3 * bytes + 2 * GAP;
    }

    /** Offset of an array of this kernel. */
    public long offset(int array) {
        return array * (bytes + GAP);
    }

    /** Bytes read and written by all tasks. */
    public double moved() {
        return (kind == Kind.COPY ? 2.0 : 3.0) * bytes;
    }

    @Override
    public String name() {
        return "stream " + kind.name().toLowerCase(java.util.Locale.ROOT);
    }

    @Override
    public int tasks() {
        return (int) (bytes / TASK_BYTES);
    }

    @Override
    public void run(MemorySegment memory, int task, MemorySegment scratch) {
        memory = Segments.known(memory);
        long from = task * TASK_BYTES;
        MemorySegment a = memory.asSlice(offset(0) + from, TASK_BYTES);
        MemorySegment b = memory.asSlice(offset(1) + from, TASK_BYTES);
        MemorySegment c = memory.asSlice(offset(2) + from, TASK_BYTES);
        if (kind == Kind.COPY) copy(a, c);
        else triad(a, b, c);
    }

    private static void copy(MemorySegment a, MemorySegment c) {
        for (long i = 0; i < TASK_BYTES; i += F32.vectorByteSize()) {
            FloatVector.fromMemorySegment(F32, a, i, ORDER).intoMemorySegment(c, i, ORDER);
        }
    }

    private static void triad(MemorySegment a, MemorySegment b, MemorySegment c) {
        FloatVector s = FloatVector.broadcast(F32, 3);
        for (long i = 0; i < TASK_BYTES; i += F32.vectorByteSize()) {
            FloatVector x = FloatVector.fromMemorySegment(F32, b, i, ORDER).fma(s, FloatVector.fromMemorySegment(F32, a, i, ORDER));
            x.intoMemorySegment(c, i, ORDER);
        }
    }
}
