package dev.gatun.simd.conv;

import dev.gatun.simd.Kernel;
import dev.gatun.simd.Segments;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The reverse of {@link Unfold}: adds each row of windows to where it came from. A task makes one image. */
final class Fold implements Kernel {
    private static final VectorSpecies<Float> F32 = FloatVector.SPECIES_PREFERRED;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    private final ConvShape shape;
    private final int images;
    private final long fromBytes;
    private final long xBytes;
    private final int channels; // of a group

    Fold(ConvShape shape, int images, long fromBytes, long xBytes) {
        this.shape = shape;
        this.images = images;
        this.fromBytes = fromBytes;
        this.xBytes = xBytes;
        channels = shape.in() / shape.groups();
    }

    @Override
    public String name() {
        return "conv.fold";
    }

    @Override
    public int tasks() {
        return images;
    }

    @Override
    public void run(MemorySegment memory, int task, MemorySegment scratch) {
        long image = xBytes + 4 * shape.inputImage() * task;
        memory.asSlice(image, 4 * shape.inputImage()).fill((byte) 0);
        for (int g = 0; g < shape.groups(); g++) {
            long from = fromBytes + 4L * shape.depth() * shape.places() * ((long) g * images + task);
            group(memory, from, image + 4L * g * channels);
        }
    }

    private void group(MemorySegment memory, long unfolded, long image) {
        Axis rows = shape.rows();
        Axis columns = shape.columns();
        long from = unfolded;
        for (int row = 0; row < rows.count(); row++) {
            for (int j = 0; j < columns.count(); j++) {
                for (int a = rows.first(row); a < rows.end(row); a++) {
                    long line = image + 4L * (rows.start(row) + a * rows.dilation()) * columns.size() * shape.in();
                    for (int b = columns.first(j); b < columns.end(j); b++) {
                        long to = line + 4L * (columns.start(j) + b * columns.dilation()) * shape.in();
                        add(memory, from + 4L * (a * columns.window() + b) * channels, to, channels);
                    }
                }
                from += 4L * shape.depth();
            }
        }
    }

    private static void add(MemorySegment memory, long from, long to, int count) {
        memory = Segments.known(memory);
        int k = 0;
        for (; k < F32.loopBound(count); k += F32.length()) {
            FloatVector.fromMemorySegment(F32, memory, to + 4L * k, ORDER)
                    .add(FloatVector.fromMemorySegment(F32, memory, from + 4L * k, ORDER))
                    .intoMemorySegment(memory, to + 4L * k, ORDER);
        }
        for (; k < count; k++) {
            float sum = memory.get(Floats.FLOAT, to + 4L * k) + memory.get(Floats.FLOAT, from + 4L * k);
            memory.set(Floats.FLOAT, to + 4L * k, sum);
        }
    }
}
