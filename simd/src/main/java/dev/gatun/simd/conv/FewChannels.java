package dev.gatun.simd.conv;

import dev.gatun.simd.Kernel;
import dev.gatun.simd.Segments;
import dev.gatun.simd.gemm.MicroKernel;
import dev.gatun.simd.gemm.MicroKernels;
import dev.gatun.simd.gemm.MicroShape;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * A dense convolution of few channels, or a gradient of one, without unfolding: the window of a place is a few runs of
 * neighbouring elements in a channels-last image, which the micro-kernels step through as they lie. A task takes some
 * images, each of which it copies into scratch with the padding around it. The gradient by the weights is a partial sum
 * for each task.
 */
final class FewChannels implements Kernel {
    /** Which of the three. */
    enum Pass {
        FORWARD,
        INPUT,
        WEIGHTS
    }

    private static final VectorSpecies<Float> F32 = FloatVector.SPECIES_PREFERRED;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final int LANES = F32.length();
    /** Channels from which vectors are filled anyway. */
    private static final int FEW = 16;
    private static final int TASKS = 16;
    /** Floats of a padded image that still leave room in a cache. */
    private static final long MOST_FLOATS = 1 << 17;
    /** Operations from which micro-kernels are compiled before the first run. */
    private static final double WARM = 1 << 23;

    private final Pass pass;
    private final ConvShape shape;
    private final long xBytes;
    private final long wBytes;
    private final long yBytes;
    private final int taskImages;
    private final int line; // floats of a padded image's row
    private final int run; // floats of a window's row
    private final int width; // columns of the right operand, whole vectors
    private final int vectors; // of a panel
    private final Tiles tiles;
    private final MicroKernel set;
    private final MicroKernel add;
    private final long imageAt;
    private final long rightAt;
    private final long otherAt;
    private final Finish finish;
    private final long bytes;

    /** Rows of the left operand cut into register tiles of one height. */
    private record Tiles(int rows, int height) {
        static Tiles of(int rows) {
            return new Tiles(rows, Math.ceilDiv(rows, Math.ceilDiv(rows, MicroKernels.tileRows())));
        }

        int padded() {
            return Math.ceilDiv(rows, height) * height;
        }
    }

    FewChannels(Pass pass, ConvShape shape, ConvEpilogue epilogue, long x, long w, long y, MicroKernels kernels) {
        this.pass = pass;
        this.shape = shape;
        this.xBytes = x;
        this.wBytes = w;
        this.yBytes = y;
        taskImages = Math.ceilDiv(shape.images(), TASKS);
        line = (shape.columns().size() + 2 * shape.columns().padding()) * shape.in();
        run = shape.columns().window() * shape.in();
        int columns = pass == Pass.INPUT ? run : shape.out();
        vectors = columns <= LANES ? 1 : MicroKernels.tileVectors();
        width = Math.ceilDiv(columns, vectors * LANES) * vectors * LANES;
        tiles = Tiles.of(switch (pass) {
            case FORWARD -> shape.columns().count();
            case INPUT -> shape.places();
            case WEIGHTS -> run;
        });
        set = kernel(kernels, false);
        add = pass == Pass.WEIGHTS ? kernel(kernels, true) : set;
        imageAt = 0;
        int stride = shape.columns().stride() * shape.in();
        long slack = (long) tiles.height * Math.max(stride, shape.out()) + 2L * LANES * vectors + run;
        rightAt = aligned(4 * (padded() + slack + line));
        long right = switch (pass) { // weights, weights for a row of the kernel turned, or a result's gradient
            case FORWARD -> (long) shape.depth() * width;
            case INPUT -> (long) shape.rows().window() * shape.out() * width;
            case WEIGHTS -> (long) shape.places() * width;
        };
        otherAt = rightAt + aligned(4 * right);
        long other = switch (pass) { // a tile; the result's gradient and products; sums
            case FORWARD -> (long) tiles.height * vectors * LANES;
            case INPUT -> (long) tiles.padded() * (shape.out() + width) + slack;
            case WEIGHTS -> (long) shape.rows().window() * tiles.padded() * width;
        };
        finish = new Finish(epilogue, shape.out(), false, y, otherAt + aligned(4 * other));
        bytes = otherAt + aligned(4 * other) + Finish.bytes(shape.out());
    }

    private static long aligned(long bytes) {
        return (bytes + 63) / 64 * 64;
    }

    private long padded() {
        return (long) (shape.rows().size() + 2 * shape.rows().padding()) * line;
    }

    /** Whether this way is made for a convolution. */
    static boolean suits(ConvShape s) {
        boolean dense = s.groups() == 1 && s.rows().dilation() == 1 && s.columns().dilation() == 1;
        long floats = (s.rows().size() + 2L * s.rows().padding()) * (s.columns().size() + 2L * s.columns().padding()) * s.in();
        return dense && !s.isPlain() && Math.min(s.in(), s.out()) <= FEW && floats <= MOST_FLOATS
                && (long) s.places() * s.out() <= MOST_FLOATS && (long) s.depth() * s.out() <= MOST_FLOATS;
    }

    /** Partial gradients by the weights. */
    static int parts(ConvShape s) {
        return Math.ceilDiv(s.images(), Math.ceilDiv(s.images(), TASKS));
    }

    private MicroKernel kernel(MicroKernels kernels, boolean accumulate) {
        int in = shape.in();
        int stride = shape.columns().stride();
        long panel = 4L * width;
        MicroShape micro = switch (pass) {
            case FORWARD -> new MicroShape(tiles.height, vectors, 4L * stride * in, 4, panel, false, run, 4L * (line - run));
            case INPUT -> new MicroShape(tiles.height, vectors, 4L * shape.out(), 4, panel, false);
            case WEIGHTS -> {
                int count = shape.columns().count();
                long skip = 4L * (shape.rows().stride() * line - count * stride * in);
                yield new MicroShape(tiles.height, vectors, 4, 4L * stride * in, panel, accumulate, count, skip);
            }
        };
        return shape.operations() >= WARM ? kernels.warm(micro) : kernels.get(micro);
    }

    @Override
    public String name() {
        return switch (pass) {
            case FORWARD -> "conv.few";
            case INPUT -> "conv.few.input";
            case WEIGHTS -> "conv.few.weights";
        };
    }

    @Override
    public int tasks() {
        return Math.ceilDiv(shape.images(), taskImages);
    }

    @Override
    public long scratchBytes() {
        return bytes;
    }

    @Override
    public void run(MemorySegment memory, int task, MemorySegment scratch) {
        int first = task * taskImages;
        int end = Math.min(shape.images(), first + taskImages);
        scratch.asSlice(imageAt, rightAt - imageAt).fill((byte) 0);
        switch (pass) {
            case FORWARD -> {
                rows(memory, wBytes, shape.depth(), shape.out(), scratch, rightAt);
                finish.prepare(memory, scratch);
            }
            case INPUT -> turned(memory, scratch);
            case WEIGHTS -> {}
        }
        for (int n = first; n < end; n++) {
            long x = xBytes + 4 * shape.inputImage() * n;
            long y = yBytes + 4L * shape.places() * shape.out() * n;
            switch (pass) {
                case FORWARD -> {
                    moveImage(memory, x, scratch, true);
                    forward(memory, y, yBytes + 4L * shape.places() * shape.out() * end, scratch);
                }
                case INPUT -> {
                    if (n > first) scratch.asSlice(imageAt, rightAt - imageAt).fill((byte) 0);
                    input(memory, y, scratch);
                    moveImage(memory, x, scratch, false);
                }
                case WEIGHTS -> {
                    moveImage(memory, x, scratch, true);
                    rows(memory, y, shape.places(), shape.out(), scratch, rightAt);
                    weights(scratch, n > first);
                }
            }
        }
        if (pass == Pass.WEIGHTS) storeWeights(memory, task, scratch);
    }

    /** Copies an image into the middle of the padded one, or back. */
    private void moveImage(MemorySegment memory, long x, MemorySegment scratch, boolean in) {
        long bytes = 4L * shape.columns().size() * shape.in();
        long at = imageAt + 4 * ((long) shape.rows().padding() * line + (long) shape.columns().padding() * shape.in());
        for (int i = 0; i < shape.rows().size(); i++) {
            if (in) MemorySegment.copy(memory, x + i * bytes, scratch, at + 4L * i * line, bytes);
            else MemorySegment.copy(scratch, at + 4L * i * line, memory, x + i * bytes, bytes);
        }
    }

    /** {@code [rows, columns]} to {@code [rows, width]}, zeros behind. */
    private void rows(MemorySegment memory, long from, int rows, int columns, MemorySegment scratch, long to) {
        memory = Segments.known(memory);
        scratch = Segments.known(scratch);
        for (int j = 0; j < width; j += LANES) {
            VectorMask<Float> in = F32.indexInRange(j, columns);
            for (int i = 0; i < rows; i++) {
                FloatVector.fromMemorySegment(F32, memory, from + 4 * ((long) i * columns + j), ORDER, in)
                        .intoMemorySegment(scratch, to + 4 * ((long) i * width + j), ORDER);
            }
        }
    }

    /** {@code [KH, run, O]} to {@code [KH, O, width]}. */
    private void turned(MemorySegment memory, MemorySegment scratch) {
        memory = Segments.known(memory);
        scratch = Segments.known(scratch);
        int out = shape.out();
        scratch.asSlice(rightAt, otherAt - rightAt).fill((byte) 0);
        for (int a = 0; a < shape.rows().window(); a++) {
            for (int q = 0; q < run; q++) {
                long from = wBytes + 4 * ((long) a * run + q) * out;
                long to = rightAt + 4 * ((long) a * out * width + q);
                for (int o = 0; o < out; o++) {
                    scratch.set(Floats.FLOAT, to + 4L * o * width, memory.get(Floats.FLOAT, from + 4L * o));
                }
            }
        }
    }

    /**
     * {@code (columns of windows, depth) (depth, O) -> (columns, O)} for each row of windows. Places are written in order,
     * so a tile may write beyond its own: what is written there next is right. Only at the end of the task's images, and
     * where a panel would write over another one, a tile takes the way through scratch.
     */
    private void forward(MemorySegment memory, long y, long end, MemorySegment scratch) {
        int count = shape.columns().count();
        int stride = shape.columns().stride() * shape.in();
        int panel = vectors * LANES;
        for (int j = 0; j < width; j += panel) {
            boolean ordered = width == panel || shape.out() % panel == 0;
            long reach = 4 * ((long) (tiles.height - 1) * shape.out() + panel);
            for (int i = 0; i < shape.rows().count(); i++) {
                for (int p = 0; p < count; p += tiles.height) {
                    long a = imageAt + 4 * ((long) i * shape.rows().stride() * line + (long) p * stride);
                    long to = y + 4 * (((long) i * count + p) * shape.out() + j);
                    int rows = Math.min(tiles.height, count - p);
                    if (ordered && to + reach <= end) {
                        set.run(scratch, a, scratch, rightAt + 4L * j, memory, to, 4L * shape.out(), shape.depth());
                    } else {
                        set.run(scratch, a, scratch, rightAt + 4L * j, scratch, otherAt, 4L * panel, shape.depth());
                        storeRows(scratch, otherAt, panel, memory, to, shape.out(), rows, shape.out() - j);
                    }
                }
                boolean isDone = j + panel == width && !finish.isNone();
                if (isDone) finish.inPlace(memory, (y - yBytes) / 4 + (long) i * count * shape.out(), count * shape.out(), scratch);
            }
        }
    }

    /** Stores the first columns of some rows of scratch, {@code row} and {@code toRow} floats long. */
    private static void storeRows(
            MemorySegment scratch, long from, int row, MemorySegment memory, long to, int toRow, int rows, int columns) {
        scratch = Segments.known(scratch);
        memory = Segments.known(memory);
        int all = Math.min(row, columns);
        for (int j = 0; j < all; j += LANES) {
            VectorMask<Float> in = F32.indexInRange(j, all);
            for (int i = 0; i < rows; i++) {
                FloatVector.fromMemorySegment(F32, scratch, from + 4 * ((long) i * row + j), ORDER)
                        .intoMemorySegment(memory, to + 4 * ((long) i * toRow + j), ORDER, in);
            }
        }
    }

    /** {@code (places, O) (O, run) -> (places, run)} for each row of the kernel, added to where windows lie. */
    private void input(MemorySegment memory, long y, MemorySegment scratch) {
        int out = shape.out();
        MemorySegment.copy(memory, y, scratch, otherAt, 4L * shape.places() * out);
        long products = otherAt + aligned(4L * tiles.padded() * out);
        int panel = vectors * LANES;
        for (int a = 0; a < shape.rows().window(); a++) {
            for (int p = 0; p < shape.places(); p += tiles.height) {
                for (int j = 0; j < width; j += panel) {
                    set.run(scratch, otherAt + 4L * p * out, scratch, rightAt + 4 * ((long) a * out * width + j),
                            scratch, products + 4 * ((long) p * width + j), 4L * width, out);
                }
            }
            fold(scratch, products, a);
        }
    }

    /** Neighbouring windows overlap: those a window apart follow each other, so that no load waits for a store. */
    private void fold(MemorySegment scratch, long products, int a) {
        scratch = Segments.known(scratch);
        int count = shape.columns().count();
        long stride = 4L * shape.columns().stride() * shape.in();
        int apart = Math.ceilDiv(width, shape.columns().stride() * shape.in());
        for (int i = 0; i < shape.rows().count(); i++) {
            long to = imageAt + 4L * (i * shape.rows().stride() + a) * line;
            long from = products + 4L * i * count * width;
            for (int b = 0; b < Math.min(apart, count); b++) {
                for (int p = b; p < count; p += apart) {
                    for (int j = 0; j < width; j += LANES) {
                        long at = to + p * stride + 4L * j;
                        FloatVector.fromMemorySegment(F32, scratch, at, ORDER)
                                .add(FloatVector.fromMemorySegment(F32, scratch, from + 4 * ((long) p * width + j), ORDER))
                                .intoMemorySegment(scratch, at, ORDER);
                    }
                }
            }
        }
    }

    /** {@code (run, places) (places, O) -> (run, O)} for each row of the kernel. */
    private void weights(MemorySegment scratch, boolean more) {
        MicroKernel micro = more ? add : set;
        int panel = vectors * LANES;
        for (int a = 0; a < shape.rows().window(); a++) {
            for (int q = 0; q < run; q += tiles.height) {
                for (int j = 0; j < width; j += panel) {
                    micro.run(scratch, imageAt + 4 * ((long) a * line + q), scratch, rightAt + 4L * j,
                            scratch, otherAt + 4 * (((long) a * tiles.padded() + q) * width + j), 4L * width, shape.places());
                }
            }
        }
    }

    private void storeWeights(MemorySegment memory, int task, MemorySegment scratch) {
        long to = wBytes + 4L * shape.depth() * shape.out() * task;
        for (int a = 0; a < shape.rows().window(); a++) {
            storeRows(scratch, otherAt + 4L * a * tiles.padded() * width, width,
                    memory, to + 4L * a * run * shape.out(), shape.out(), run, shape.out());
        }
    }
}
