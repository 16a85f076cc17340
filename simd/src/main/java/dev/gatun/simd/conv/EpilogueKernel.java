package dev.gatun.simd.conv;

import dev.gatun.simd.Kernel;
import java.lang.foreign.MemorySegment;

/** Applies a {@link ConvEpilogue} to a convolution's result in place, for kernels that do not do so while they write it. */
public final class EpilogueKernel implements Kernel {
    /** Elements of a task. */
    private static final int TASK = 1 << 14;

    private final Finish finish;
    private final long first;
    private final long elements;
    private final int channels;

    /**
     * Binds the operands.
     *
     * @param channels of the result, which lie next to each other
     * @param narrow whether the result, and a residual, are bf16
     * @param yBytes byte offset of the result
     * @param first element of the result to begin with, a multiple of the channels
     * @param elements how many, at least 1
     * @throws IllegalArgumentException when a number is out of range
     */
    public EpilogueKernel(ConvEpilogue epilogue, int channels, boolean narrow, long yBytes, long first, long elements) {
        if (channels < 1 || yBytes < 0 || first < 0 || first % channels != 0 || elements < 1) {
            throw new IllegalArgumentException("epilogue of a convolution: " + elements + " elements from " + first + " on, in "
                    + channels + " channels, at " + yBytes);
        }
        this.first = first;
        this.elements = elements;
        this.channels = channels;
        finish = new Finish(epilogue, channels, narrow, yBytes, 0);
    }

    @Override
    public String name() {
        return "conv.epilogue";
    }

    @Override
    public int tasks() {
        return Math.toIntExact(Math.ceilDiv(elements, (long) TASK));
    }

    @Override
    public long scratchBytes() {
        return Finish.bytes(channels);
    }

    @Override
    public void run(MemorySegment memory, int task, MemorySegment scratch) {
        if (finish.isNone()) return;
        long at = (long) task * TASK;
        finish.prepare(memory, scratch);
        finish.inPlace(memory, first + at, (int) Math.min(TASK, elements - at), scratch);
    }
}
