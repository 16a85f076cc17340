package dev.gatun.simd.conv;

import dev.gatun.simd.Kernel;
import dev.gatun.simd.Segments;
import java.lang.foreign.MemorySegment;

/**
 * A convolution in groups, or a gradient of one, as plain loops: right at all sizes. A task computes an image, or, for
 * the gradient by the weights, one row of the kernel over all images.
 */
final class Grouped implements Kernel {
    /** Which of the three. */
    enum Pass {
        FORWARD,
        INPUT,
        WEIGHTS
    }

    private final Pass pass;
    private final ConvShape shape;
    private final long xBytes;
    private final long wBytes;
    private final long yBytes;
    private final int inGroup;
    private final int outGroup;
    private final Finish finish;

    Grouped(Pass pass, ConvShape shape, ConvEpilogue epilogue, long xBytes, long wBytes, long yBytes) {
        this.pass = pass;
        this.shape = shape;
        this.xBytes = xBytes;
        this.wBytes = wBytes;
        this.yBytes = yBytes;
        inGroup = shape.in() / shape.groups();
        outGroup = shape.out() / shape.groups();
        finish = new Finish(epilogue, shape.out(), false, yBytes, 0);
    }

    @Override
    public String name() {
        return "conv.grouped";
    }

    @Override
    public int tasks() {
        return pass == Pass.WEIGHTS ? shape.rows().window() : shape.images();
    }

    @Override
    public long scratchBytes() {
        return Finish.bytes(shape.out());
    }

    @Override
    public void run(MemorySegment memory, int task, MemorySegment scratch) {
        long outImage = (long) shape.places() * shape.out();
        switch (pass) {
            case FORWARD -> memory.asSlice(yBytes + 4 * outImage * task, 4 * outImage).fill((byte) 0);
            case INPUT -> memory.asSlice(xBytes + 4 * shape.inputImage() * task, 4 * shape.inputImage()).fill((byte) 0);
            case WEIGHTS -> memory.asSlice(wBytes + 4 * kernelRow() * task, 4 * kernelRow()).fill((byte) 0);
        }
        if (pass == Pass.WEIGHTS) {
            for (int n = 0; n < shape.images(); n++) image(memory, n, task, task + 1);
        } else {
            image(memory, task, 0, shape.rows().window());
        }
        if (finish.isNone()) return;
        finish.prepare(memory, scratch);
        finish.inPlace(memory, outImage * task, Math.toIntExact(outImage), scratch);
    }

    private long kernelRow() {
        return (long) shape.columns().window() * inGroup * shape.out();
    }

    private void image(MemorySegment memory, int n, int from, int to) {
        Axis rows = shape.rows();
        Axis columns = shape.columns();
        for (int i = 0; i < rows.count(); i++) {
            for (int j = 0; j < columns.count(); j++) {
                long y = yBytes + 4L * shape.out() * (((long) n * rows.count() + i) * columns.count() + j);
                for (int a = Math.max(from, rows.first(i)); a < Math.min(to, rows.end(i)); a++) {
                    long line = (long) n * rows.size() + rows.start(i) + a * rows.dilation();
                    for (int b = columns.first(j); b < columns.end(j); b++) {
                        long x = xBytes + 4L * shape.in() * (line * columns.size() + columns.start(j) + b * columns.dilation());
                        place(memory, x, wBytes + 4 * (kernelRow() * a + (long) b * inGroup * shape.out()), y);
                    }
                }
            }
        }
    }

    /** All channels of one place of x with one of w and one of y. */
    private void place(MemorySegment memory, long x, long w, long y) {
        memory = Segments.known(memory);
        for (int c = 0; c < inGroup; c++) {
            long wRow = w + 4L * c * shape.out();
            for (int g = 0; g < shape.groups(); g++) {
                long xAt = x + 4L * (g * inGroup + c);
                for (int o = g * outGroup; o < (g + 1) * outGroup; o++) {
                    switch (pass) {
                        case FORWARD -> add(memory, y + 4L * o, get(memory, xAt) * get(memory, wRow + 4L * o));
                        case INPUT -> add(memory, xAt, get(memory, y + 4L * o) * get(memory, wRow + 4L * o));
                        case WEIGHTS -> add(memory, wRow + 4L * o, get(memory, xAt) * get(memory, y + 4L * o));
                    }
                }
            }
        }
    }

    private static float get(MemorySegment memory, long at) {
        return memory.get(Floats.FLOAT, at);
    }

    private static void add(MemorySegment memory, long at, float more) {
        memory.set(Floats.FLOAT, at, memory.get(Floats.FLOAT, at) + more);
    }
}
