package dev.gatun.simd.conv;

import dev.gatun.simd.Kernel;
import dev.gatun.simd.Segments;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * A depthwise convolution, or a gradient of one: each channel sees itself only, and vectors hold channels. A task computes
 * an image, or, for the gradient by the weights, one row of the kernel over all images.
 */
final class Depthwise implements Kernel {
    private static final VectorSpecies<Float> F32 = FloatVector.SPECIES_PREFERRED;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

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
    private final Finish finish;

    Depthwise(Pass pass, ConvShape shape, ConvEpilogue epilogue, long xBytes, long wBytes, long yBytes) {
        this.pass = pass;
        this.shape = shape;
        this.xBytes = xBytes;
        this.wBytes = wBytes;
        this.yBytes = yBytes;
        if (shape.groups() != shape.in() || shape.groups() != shape.out()) throw new IllegalArgumentException("no depthwise convolution: " + shape);
        finish = new Finish(epilogue, shape.out(), false, yBytes, 0);
    }

    @Override
    public String name() {
        return "conv.depthwise";
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
        return (long) shape.columns().window() * shape.out();
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
                        place(memory, x, wBytes + 4 * (kernelRow() * a + (long) b * shape.out()), y);
                    }
                }
            }
        }
    }

    /** All channels of one place of x with one of w and one of y. */
    private void place(MemorySegment memory, long x, long w, long y) {
        switch (pass) {
            case FORWARD -> add(memory, x, w, y, shape.out());
            case INPUT -> add(memory, y, w, x, shape.out());
            case WEIGHTS -> add(memory, x, y, w, shape.out());
        }
    }

    /** {@code to += a * b}. */
    private static void add(MemorySegment memory, long a, long b, long to, int count) {
        memory = Segments.known(memory);
        int c = 0;
        for (; c < F32.loopBound(count); c += F32.length()) {
            long at = 4L * c;
            FloatVector.fromMemorySegment(F32, memory, a + at, ORDER)
                    .fma(FloatVector.fromMemorySegment(F32, memory, b + at, ORDER), FloatVector.fromMemorySegment(F32, memory, to + at, ORDER))
                    .intoMemorySegment(memory, to + at, ORDER);
        }
        for (; c < count; c++) {
            long at = 4L * c;
            float sum = Math.fma(memory.get(Floats.FLOAT, a + at), memory.get(Floats.FLOAT, b + at), memory.get(Floats.FLOAT, to + at));
            memory.set(Floats.FLOAT, to + at, sum);
        }
    }
}
