package dev.gatun.simd.conv;

import dev.gatun.simd.Segments;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * Applies a {@link ConvEpilogue} to parts of a convolution's result, which may have any number of channels: factors and
 * biases are laid out in scratch once for each task, with the first ones again behind the last, so that a vector may
 * start at any channel.
 */
final class Finish {
    private static final VectorSpecies<Float> F32 = FloatVector.SPECIES_PREFERRED;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final int LANES = F32.length();

    private final ConvEpilogue epilogue;
    private final int channels;
    private final boolean narrow;
    private final long yBytes;
    private final long scale;
    private final long bias;
    private final int turn;

    /**
     * @param narrow whether the result, and a residual, are bf16
     * @param yBytes where the result lies
     * @param scratchBytes where {@link #bytes} of scratch lie
     */
    Finish(ConvEpilogue epilogue, int channels, boolean narrow, long yBytes, long scratchBytes) {
        this.epilogue = epilogue;
        this.channels = channels;
        this.narrow = narrow;
        this.yBytes = yBytes;
        scale = scratchBytes;
        bias = scratchBytes + vectorBytes(channels);
        turn = LANES % channels;
    }

    /** Whether there is nothing to do. */
    boolean isNone() {
        return epilogue.isNone();
    }

    private static long vectorBytes(int channels) {
        return (4L * (channels + LANES) + 63) / 64 * 64;
    }

    /** Bytes of scratch. */
    static long bytes(int channels) {
        return 2 * vectorBytes(channels);
    }

    /** Lays out factors and biases; once for each task. */
    void prepare(MemorySegment memory, MemorySegment scratch) {
        if (isNone()) return;
        lay(memory, epilogue.scaleBytes(), 1, scratch, scale);
        lay(memory, epilogue.biasBytes(), 0, scratch, bias);
    }

    private void lay(MemorySegment memory, long from, float none, MemorySegment scratch, long to) {
        for (int i = 0; i < channels + LANES; i++) {
            scratch.set(Floats.FLOAT, to + 4L * i, from < 0 ? none : memory.get(Floats.FLOAT, from + 4L * (i % channels)));
        }
    }

    /** Some elements of the result, in place. */
    void inPlace(MemorySegment memory, long element, int count, MemorySegment scratch) {
        int channel = (int) (element % channels);
        if (!narrow) {
            run(memory, yBytes + 4 * element, residual(element), count, scratch, channel);
            return;
        }
        for (int i = 0; i < count; i++) {
            long at = 2 * (element + i);
            float x = Math.fma(Bfloats.get(memory, yBytes + at), scratch.get(Floats.FLOAT, scale + 4L * channel), scratch.get(Floats.FLOAT, bias + 4L * channel));
            float r = epilogue.residualBytes() < 0 ? 0 : Bfloats.get(memory, epilogue.residualBytes() + at);
            if (!epilogue.residualLast()) x += r;
            if (epilogue.relu()) x = Math.max(x, 0);
            Bfloats.set(memory, yBytes + at, epilogue.residualLast() ? x + r : x);
            if (++channel == channels) channel = 0;
        }
    }

    /** Where the residual of an element lies; -1 for none. */
    private long residual(long element) {
        return epilogue.residualBytes() < 0 ? -1 : epilogue.residualBytes() + (narrow ? 2 : 4) * element;
    }

    private void run(MemorySegment memory, long at, long residual, int count, MemorySegment scratch, int channel) {
        memory = Segments.known(memory);
        scratch = Segments.known(scratch);
        boolean first = residual >= 0 && !epilogue.residualLast();
        boolean last = residual >= 0 && epilogue.residualLast();
        boolean relu = epilogue.relu();
        int k = channel;
        int i = 0;
        for (; i < F32.loopBound(count); i += LANES) {
            FloatVector x = load(memory, at + 4L * i).fma(load(scratch, scale + 4L * k), load(scratch, bias + 4L * k));
            if (first) x = x.add(load(memory, residual + 4L * i));
            if (relu) x = x.max(0f);
            if (last) x = x.add(load(memory, residual + 4L * i));
            x.intoMemorySegment(memory, at + 4L * i, ORDER);
            k += turn;
            if (k >= channels) k -= channels;
        }
        if (i == count) return;
        VectorMask<Float> in = F32.indexInRange(i, count);
        FloatVector x = load(memory, at + 4L * i, in).fma(load(scratch, scale + 4L * k), load(scratch, bias + 4L * k));
        if (first) x = x.add(load(memory, residual + 4L * i, in));
        if (relu) x = x.max(0f);
        if (last) x = x.add(load(memory, residual + 4L * i, in));
        x.intoMemorySegment(memory, at + 4L * i, ORDER, in);
    }

    /**
     * A rectangle of places, some channels of each, from f32 sums in scratch.
     *
     * @param at where the sums of the first place lie, {@code row} and {@code place} bytes before those of the next
     * @param element the result's element that the first sum belongs to
     * @param line elements of the result from a row to the next
     * @param count channels, whole vectors of them
     */
    void rectangle(MemorySegment scratch, long at, long row, long place, MemorySegment memory, long element, long line,
            int rows, int columns, int count) {
        long to = yBytes + (narrow ? 2 : 4) * element;
        int channel = (int) (element % channels);
        if (narrow) narrow(scratch, at, row, place, memory, to, residual(element), 2 * line, rows, columns, channel, count);
        else whole(scratch, at, row, place, memory, to, residual(element), 4 * line, rows, columns, channel, count);
    }

    private void whole(MemorySegment scratch, long at, long row, long place, MemorySegment memory, long to, long residual, long line,
            int rows, int columns, int channel, int count) {
        scratch = Segments.known(scratch);
        memory = Segments.known(memory);
        boolean first = residual >= 0 && !epilogue.residualLast();
        boolean last = residual >= 0 && epilogue.residualLast();
        boolean relu = epilogue.relu();
        for (int c = 0; c < count; c += LANES) {
            FloatVector factor = load(scratch, scale + 4L * (channel + c));
            FloatVector more = load(scratch, bias + 4L * (channel + c));
            for (int i = 0; i < rows; i++) {
                for (int j = 0; j < columns; j++) {
                    FloatVector x = load(scratch, at + i * row + j * place + 4L * c).fma(factor, more);
                    long y = i * line + 4L * ((long) j * channels + c);
                    if (first) x = x.add(load(memory, residual + y));
                    if (relu) x = x.max(0f);
                    if (last) x = x.add(load(memory, residual + y));
                    x.intoMemorySegment(memory, to + y, ORDER);
                }
            }
        }
    }

    private void narrow(MemorySegment scratch, long at, long row, long place, MemorySegment memory, long to, long residual, long line,
            int rows, int columns, int channel, int count) {
        scratch = Segments.known(scratch);
        memory = Segments.known(memory);
        boolean first = residual >= 0 && !epilogue.residualLast();
        boolean last = residual >= 0 && epilogue.residualLast();
        boolean relu = epilogue.relu();
        for (int c = 0; c < count; c += LANES) {
            FloatVector factor = load(scratch, scale + 4L * (channel + c));
            FloatVector more = load(scratch, bias + 4L * (channel + c));
            for (int i = 0; i < rows; i++) {
                for (int j = 0; j < columns; j++) {
                    FloatVector x = load(scratch, at + i * row + j * place + 4L * c).fma(factor, more);
                    long y = i * line + 2L * ((long) j * channels + c);
                    if (first) x = x.add(Bfloats.load(memory, residual + y));
                    if (relu) x = x.max(0f);
                    if (last) x = x.add(Bfloats.load(memory, residual + y));
                    Bfloats.store(x, memory, to + y);
                }
            }
        }
    }

    private static FloatVector load(MemorySegment m, long at) {
        return FloatVector.fromMemorySegment(F32, m, at, ORDER);
    }

    private static FloatVector load(MemorySegment m, long at, VectorMask<Float> in) {
        return FloatVector.fromMemorySegment(F32, m, at, ORDER, in);
    }
}
