package dev.gatun.simd.conv;

import dev.gatun.simd.Kernel;
import dev.gatun.simd.Segments;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Adds up f32 arrays of one length, the first part first; the sum may replace the first part. */
public final class AddParts implements Kernel {
    private static final VectorSpecies<Float> F32 = FloatVector.SPECIES_PREFERRED;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    /** Elements of a task. */
    private static final int TASK = 1 << 14;

    private final long fromBytes;
    private final int parts;
    private final long partBytes;
    private final long count;
    private final long toBytes;

    /**
     * Binds the operands.
     *
     * @param fromBytes byte offset of the first part
     * @param parts how many, at least 1
     * @param partBytes bytes from one part to the next
     * @param count elements of each part, at least 1
     * @param toBytes byte offset of the sum
     * @throws IllegalArgumentException when parts overlap or are none
     */
    public AddParts(long fromBytes, int parts, long partBytes, long count, long toBytes) {
        if (parts < 1 || count < 1 || partBytes < 4 * count || fromBytes < 0 || toBytes < 0) {
            throw new IllegalArgumentException("AddParts: " + parts + " parts of " + count + " elements, " + partBytes
                    + " bytes apart, from " + fromBytes + " to " + toBytes);
        }
        this.fromBytes = fromBytes;
        this.parts = parts;
        this.partBytes = partBytes;
        this.count = count;
        this.toBytes = toBytes;
    }

    @Override
    public String name() {
        return "add.parts";
    }

    @Override
    public int tasks() {
        return Math.toIntExact(Math.ceilDiv(count, (long) TASK));
    }

    @Override
    public void run(MemorySegment memory, int task, MemorySegment scratch) {
        memory = Segments.known(memory);
        long start = (long) task * TASK;
        int length = (int) Math.min(TASK, count - start);
        int i = 0;
        for (; i < F32.loopBound(length); i += F32.length()) {
            long at = fromBytes + 4 * (start + i);
            FloatVector sum = FloatVector.fromMemorySegment(F32, memory, at, ORDER);
            for (int k = 1; k < parts; k++) {
                at += partBytes;
                sum = FloatVector.fromMemorySegment(F32, memory, at, ORDER).add(sum);
            }
            sum.intoMemorySegment(memory, toBytes + 4 * (start + i), ORDER);
        }
        for (; i < length; i++) {
            long at = fromBytes + 4 * (start + i);
            float sum = memory.get(Floats.FLOAT, at);
            for (int k = 1; k < parts; k++) sum += memory.get(Floats.FLOAT, at + k * partBytes);
            memory.set(Floats.FLOAT, toBytes + 4 * (start + i), sum);
        }
    }
}
