package dev.gatun.simd.conv;

import dev.gatun.simd.Kernel;
import java.lang.foreign.MemorySegment;

/**
 * Writes each window of some images as a row: {@code [groups, images * places, window rows * window columns * channels]},
 * zeros outside the image. A task writes the windows of one row of y.
 */
final class Unfold implements Kernel {
    /** Up to this many floats are copied one by one: a bulk copy costs more to start. */
    private static final int FEW = 8;

    private final ConvShape shape;
    private final int images;
    private final long xBytes;
    private final long toBytes;
    private final int channels; // of a group
    private final long runBytes;
    private final long pixelBytes;

    /** @param images how many, from the one at {@code xBytes} on */
    Unfold(ConvShape shape, int images, long xBytes, long toBytes) {
        this.shape = shape;
        this.images = images;
        this.xBytes = xBytes;
        this.toBytes = toBytes;
        channels = shape.in() / shape.groups();
        runBytes = 4L * channels;
        pixelBytes = 4L * shape.in();
    }

    @Override
    public String name() {
        return "conv.unfold";
    }

    @Override
    public int tasks() {
        return Math.multiplyExact(images, shape.rows().count());
    }

    @Override
    public void run(MemorySegment memory, int task, MemorySegment scratch) {
        Axis rows = shape.rows();
        Axis columns = shape.columns();
        int row = task % rows.count();
        long image = xBytes + 4 * shape.inputImage() * (task / rows.count());
        long width = columns.window() * runBytes;
        for (int g = 0; g < shape.groups(); g++) {
            long to = toBytes + 4L * shape.depth() * columns.count() * ((long) g * tasks() + task);
            for (int j = 0; j < columns.count(); j++) {
                for (int a = 0; a < rows.window(); a++) {
                    int i = rows.start(row) + a * rows.dilation();
                    if (i < 0 || i >= rows.size()) memory.asSlice(to, width).fill((byte) 0);
                    else line(memory, image + i * columns.size() * pixelBytes + g * runBytes, to, j);
                    to += width;
                }
            }
        }
    }

    /** One line of one window. */
    private void line(MemorySegment memory, long from, long to, int j) {
        Axis columns = shape.columns();
        int first = Math.min(columns.first(j), columns.window());
        int end = Math.max(first, columns.end(j));
        if (first > 0) memory.asSlice(to, first * runBytes).fill((byte) 0);
        if (end < columns.window()) memory.asSlice(to + end * runBytes, (columns.window() - end) * runBytes).fill((byte) 0);
        if (columns.dilation() == 1 && shape.groups() == 1) {
            copy(memory, from + (columns.start(j) + first) * runBytes, to + first * runBytes, (end - first) * channels);
            return;
        }
        for (int b = first; b < end; b++) {
            copy(memory, from + (columns.start(j) + b * columns.dilation()) * pixelBytes, to + b * runBytes, channels);
        }
    }

    private static void copy(MemorySegment memory, long from, long to, int floats) {
        if (floats > FEW) {
            MemorySegment.copy(memory, from, memory, to, 4L * floats);
            return;
        }
        for (int k = 0; k < floats; k++) memory.set(Floats.FLOAT, to + 4L * k, memory.get(Floats.FLOAT, from + 4L * k));
    }
}
