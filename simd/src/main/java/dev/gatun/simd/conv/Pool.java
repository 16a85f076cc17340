package dev.gatun.simd.conv;

import dev.gatun.simd.Kernel;
import dev.gatun.simd.Segments;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * Pooling of f32 images and its gradient, with vectors over channels. Forward, a task makes one row of windows of one
 * image; backward, one image.
 */
public final class Pool implements Kernel {
    private static final VectorSpecies<Float> F32 = FloatVector.SPECIES_PREFERRED;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    /** What a kernel computes. */
    private enum Work {
        MAXIMUM,
        AVERAGE,
        MAXIMUM_GRADIENT,
        AVERAGE_GRADIENT
    }

    private final Work work;
    private final PoolShape shape;
    private final long xBytes;
    private final long valueBytes;
    private final long yBytes;
    /** No element lies in two windows: a gradient is stored, not added, and no load waits for a store nearby. */
    private final boolean isDisjoint;
    /** Windows are 2x2 and lie inside. */
    private final boolean isFour;
    /** Each element lies in a window: there is nothing to clear. */
    private final boolean isCovered;

    private Pool(Work work, PoolShape shape, long xBytes, long valueBytes, long yBytes) {
        this.work = work;
        this.shape = shape;
        this.xBytes = xBytes;
        this.valueBytes = valueBytes;
        this.yBytes = yBytes;
        isDisjoint = shape.rows().stride() >= shape.rows().window() && shape.columns().stride() >= shape.columns().window();
        isFour = isTwo(shape.rows()) && isTwo(shape.columns());
        isCovered = isFour && isSplit(shape.rows()) && isSplit(shape.columns());
    }

    private static boolean isTwo(Axis a) {
        return a.window() == 2 && a.padding() == 0 && a.dilation() == 1;
    }

    private static boolean isSplit(Axis a) {
        return a.stride() == 2 && a.size() % 2 == 0;
    }

    /** {@code y} = the elements of {@code values} where each window of {@code x} is largest; x itself for max pooling. */
    public static Pool maximum(PoolShape shape, long x, long values, long y) {
        return new Pool(Work.MAXIMUM, shape, x, values, y);
    }

    /** {@code y} = average of each window of {@code x}. */
    public static Pool average(PoolShape shape, long x, long y) {
        return new Pool(Work.AVERAGE, shape, x, x, y);
    }

    /** {@code to} = {@code y}'s gradient, put where each window of {@code x} is largest. */
    public static Pool maximumGradient(PoolShape shape, long x, long y, long to) {
        return new Pool(Work.MAXIMUM_GRADIENT, shape, x, to, y);
    }

    /** {@code to} = {@code y}'s gradient, spread over each window. */
    public static Pool averageGradient(PoolShape shape, long y, long to) {
        return new Pool(Work.AVERAGE_GRADIENT, shape, to, to, y);
    }

    @Override
    public String name() {
        return "pool";
    }

    private boolean isGradient() {
        return work == Work.MAXIMUM_GRADIENT || work == Work.AVERAGE_GRADIENT;
    }

    @Override
    public int tasks() {
        return isGradient() ? shape.images() : Math.multiplyExact(shape.images(), shape.rows().count());
    }

    @Override
    public void run(MemorySegment memory, int task, MemorySegment scratch) {
        int rows = shape.rows().count();
        if (!isGradient()) {
            row(memory, task / rows, task % rows);
            return;
        }
        boolean isStored = work == Work.MAXIMUM_GRADIENT && isCovered;
        if (!isStored) memory.asSlice(valueBytes + 4 * shape.image() * task, 4 * shape.image()).fill((byte) 0);
        for (int i = 0; i < rows; i++) row(memory, task, i);
    }

    private void row(MemorySegment memory, int n, int i) {
        long image = 4 * shape.image() * n;
        long y = yBytes + 4 * (shape.pooled() * n + shape.pooled() / shape.rows().count() * i);
        if (isFour && (work == Work.MAXIMUM && valueBytes == xBytes || work == Work.MAXIMUM_GRADIENT && isDisjoint)) {
            for (int c = 0; c < shape.channels(); c += F32.length()) {
                if (work == Work.MAXIMUM) fours(memory, image + at(i, 0), y, c);
                else fourGradients(memory, image + at(i, 0), y, c);
            }
            return;
        }
        boolean isAverage = work == Work.AVERAGE || work == Work.AVERAGE_GRADIENT;
        int height = shape.rows().end(i) - shape.rows().first(i);
        for (int j = 0; j < shape.columns().count(); j++) {
            long first = image + at(i, j);
            float factor = isAverage ? shape.factor(i, j) : 1;
            int width = shape.columns().end(j) - shape.columns().first(j);
            for (int c = 0; c < shape.channels(); c += F32.length()) {
                switch (work) {
                    case MAXIMUM -> maximum(memory, first + 4L * c, y + 4L * c, height, width, c);
                    case AVERAGE -> average(memory, first + 4L * c, y + 4L * c, height, width, c, factor);
                    case MAXIMUM_GRADIENT -> maximumGradient(memory, first + 4L * c, y + 4L * c, height, width, c);
                    case AVERAGE_GRADIENT -> averageGradient(memory, first + 4L * c, y + 4L * c, height, width, c, factor);
                }
            }
            y += 4L * shape.channels();
        }
    }

    /** Byte distance from the image's start of window (i, j)'s first element inside. */
    private long at(int i, int j) {
        int row = shape.rows().start(i) + shape.rows().first(i);
        int column = shape.columns().start(j) + shape.columns().first(j);
        return 4L * shape.channels() * ((long) row * shape.columns().size() + column);
    }

    /** Byte distance from a row of the image to the next. */
    private long line() {
        return 4L * shape.channels() * shape.columns().size();
    }

    /** A row of maxima of 2x2, {@code c} on, in straight lines of code: they are the most common by far. */
    private void fours(MemorySegment memory, long first, long y, int c) {
        memory = Segments.known(memory);
        VectorMask<Float> in = F32.indexInRange(c, shape.channels());
        long step = 4L * shape.channels();
        long stride = shape.columns().stride() * step;
        long p = xBytes + first + 4L * c;
        long q = p + line();
        long to = y + 4L * c;
        for (int j = 0; j < shape.columns().count(); j++) {
            FloatVector a = FloatVector.fromMemorySegment(F32, memory, p, ORDER, in);
            FloatVector b = FloatVector.fromMemorySegment(F32, memory, p + step, ORDER, in);
            FloatVector d = FloatVector.fromMemorySegment(F32, memory, q, ORDER, in);
            FloatVector e = FloatVector.fromMemorySegment(F32, memory, q + step, ORDER, in);
            FloatVector ab = a.blend(b, a.lt(b));
            FloatVector abd = ab.blend(d, ab.lt(d));
            abd.blend(e, abd.lt(e)).intoMemorySegment(memory, to, ORDER, in);
            p += stride;
            q += stride;
            to += step;
        }
    }

    /** The gradients of {@link #fours}, where no two windows share an element. */
    private void fourGradients(MemorySegment memory, long first, long y, int c) {
        memory = Segments.known(memory);
        VectorMask<Float> in = F32.indexInRange(c, shape.channels());
        FloatVector none = FloatVector.zero(F32);
        long step = 4L * shape.channels();
        long line = line();
        long back = valueBytes - xBytes;
        long stride = shape.columns().stride() * step;
        long p = xBytes + first + 4L * c;
        long from = y + 4L * c;
        for (int j = 0; j < shape.columns().count(); j++) {
            FloatVector a = FloatVector.fromMemorySegment(F32, memory, p, ORDER, in);
            FloatVector b = FloatVector.fromMemorySegment(F32, memory, p + step, ORDER, in);
            FloatVector d = FloatVector.fromMemorySegment(F32, memory, p + line, ORDER, in);
            FloatVector e = FloatVector.fromMemorySegment(F32, memory, p + line + step, ORDER, in);
            FloatVector g = FloatVector.fromMemorySegment(F32, memory, from, ORDER, in);
            VectorMask<Float> second = a.lt(b);
            FloatVector ab = a.blend(b, second);
            VectorMask<Float> third = ab.lt(d);
            FloatVector abd = ab.blend(d, third);
            VectorMask<Float> fourth = abd.lt(e);
            long to = p + back;
            g.blend(none, second.or(third).or(fourth)).intoMemorySegment(memory, to, ORDER, in);
            none.blend(g, second.andNot(third.or(fourth))).intoMemorySegment(memory, to + step, ORDER, in);
            none.blend(g, third.andNot(fourth)).intoMemorySegment(memory, to + line, ORDER, in);
            none.blend(g, fourth).intoMemorySegment(memory, to + line + step, ORDER, in);
            p += stride;
            from += step;
        }
    }

    private void maximum(MemorySegment memory, long first, long y, int height, int width, int c) {
        memory = Segments.known(memory);
        VectorMask<Float> in = F32.indexInRange(c, shape.channels());
        long line = line();
        long step = 4L * shape.channels();
        FloatVector best = FloatVector.fromMemorySegment(F32, memory, xBytes + first, ORDER, in);
        FloatVector chosen = FloatVector.fromMemorySegment(F32, memory, valueBytes + first, ORDER, in);
        for (int a = 0; a < height; a++) {
            long p = first + a * line;
            for (int b = 0; b < width; b++) {
                FloatVector x = FloatVector.fromMemorySegment(F32, memory, xBytes + p, ORDER, in);
                VectorMask<Float> larger = best.lt(x);
                best = best.blend(x, larger);
                chosen = chosen.blend(FloatVector.fromMemorySegment(F32, memory, valueBytes + p, ORDER, in), larger);
                p += step;
            }
        }
        chosen.intoMemorySegment(memory, y, ORDER, in);
    }

    private void maximumGradient(MemorySegment memory, long first, long y, int height, int width, int c) {
        memory = Segments.known(memory);
        VectorMask<Float> in = F32.indexInRange(c, shape.channels());
        long line = line();
        long step = 4L * shape.channels();
        FloatVector best = FloatVector.fromMemorySegment(F32, memory, xBytes + first, ORDER, in);
        FloatVector chosen = FloatVector.zero(F32);
        for (int a = 0; a < height; a++) {
            long p = xBytes + first + a * line;
            for (int b = 0; b < width; b++) {
                FloatVector x = FloatVector.fromMemorySegment(F32, memory, p, ORDER, in);
                VectorMask<Float> larger = best.lt(x);
                best = best.blend(x, larger);
                chosen = chosen.blend(FloatVector.broadcast(F32, a * width + b), larger);
                p += step;
            }
        }
        FloatVector g = FloatVector.fromMemorySegment(F32, memory, y, ORDER, in);
        FloatVector none = FloatVector.zero(F32);
        if (isDisjoint) {
            for (int a = 0; a < height; a++) {
                long p = valueBytes + first + a * line;
                for (int b = 0; b < width; b++) {
                    none.blend(g, chosen.eq(FloatVector.broadcast(F32, a * width + b))).intoMemorySegment(memory, p, ORDER, in);
                    p += step;
                }
            }
            return;
        }
        for (int a = 0; a < height; a++) {
            long p = valueBytes + first + a * line;
            for (int b = 0; b < width; b++) {
                VectorMask<Float> here = chosen.eq(FloatVector.broadcast(F32, a * width + b));
                FloatVector.fromMemorySegment(F32, memory, p, ORDER, in)
                        .add(none.blend(g, here))
                        .intoMemorySegment(memory, p, ORDER, in);
                p += step;
            }
        }
    }

    private void average(MemorySegment memory, long first, long y, int height, int width, int c, float factor) {
        memory = Segments.known(memory);
        VectorMask<Float> in = F32.indexInRange(c, shape.channels());
        long line = line();
        FloatVector sum = FloatVector.zero(F32);
        for (int a = 0; a < height; a++) {
            for (int b = 0; b < width; b++) {
                long p = xBytes + first + a * line + 4L * b * shape.channels();
                sum = FloatVector.fromMemorySegment(F32, memory, p, ORDER, in).add(sum);
            }
        }
        sum.mul(FloatVector.broadcast(F32, factor)).intoMemorySegment(memory, y, ORDER, in);
    }

    private void averageGradient(MemorySegment memory, long first, long y, int height, int width, int c, float factor) {
        memory = Segments.known(memory);
        VectorMask<Float> in = F32.indexInRange(c, shape.channels());
        long line = line();
        FloatVector g = FloatVector.fromMemorySegment(F32, memory, y, ORDER, in)
                .mul(FloatVector.broadcast(F32, factor));
        for (int a = 0; a < height; a++) {
            for (int b = 0; b < width; b++) {
                long p = valueBytes + first + a * line + 4L * b * shape.channels();
                FloatVector.fromMemorySegment(F32, memory, p, ORDER, in).add(g).intoMemorySegment(memory, p, ORDER, in);
            }
        }
    }
}
