package dev.gatun.models.data.image;

import dev.gatun.graph.ops.Philox;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * Labelled images of one size, off the heap: unsigned bytes {@code [N,H,W,C]}. Owns its memory; loaders and subsets
 * read it, so it is closed after them. Safe for use by several threads.
 */
public final class ImageDataset implements AutoCloseable {
    private static final int STREAM = 0x73706c74; // "splt"

    private final String name;
    private final Arena arena;
    private final MemorySegment pixels;
    private final int height;
    private final int width;
    private final int channels;
    private final int[] labels;
    private final List<String> classNames;
    private final Skipped skipped;

    ImageDataset(String name, Arena arena, MemorySegment pixels, Frame frame, int[] labels, List<String> classNames,
            Skipped skipped) {
        if (pixels.byteSize() != frame.bytes() * labels.length) {
            throw new IllegalArgumentException(labels.length + " images of " + frame + " take "
                    + frame.bytes() * labels.length + " bytes, got " + pixels.byteSize());
        }
        this.name = name;
        this.arena = arena;
        this.pixels = pixels.asReadOnly();
        this.height = frame.height();
        this.width = frame.width();
        this.channels = frame.channels();
        this.labels = labels;
        this.classNames = List.copyOf(classNames);
        this.skipped = skipped;
    }

    /** Where the images are from. */
    public String name() {
        return name;
    }

    /** Number of images. */
    public int count() {
        return labels.length;
    }

    /** Rows of an image. */
    public int height() {
        return height;
    }

    /** Columns of an image. */
    public int width() {
        return width;
    }

    /** Bytes of a pixel: 1 for grey, 3 for red, green and blue. */
    public int channels() {
        return channels;
    }

    /** Number of classes. */
    public int classes() {
        return classNames.size();
    }

    /** Name of each class, by label. */
    public List<String> classNames() {
        return classNames;
    }

    /** Class of an image, or -1 when it is not known. */
    public int label(int image) {
        return labels[image];
    }

    /** What the reader left out. */
    public Skipped skipped() {
        return skipped;
    }

    /** All images, read-only: unsigned bytes {@code [N,H,W,C]}. */
    public MemorySegment pixels() {
        return pixels;
    }

    /** Number of bytes of an image. */
    public int imageBytes() {
        return height * width * channels;
    }

    /** Copies an image's bytes {@code [H,W,C]} to the start of an array. */
    public void read(int image, byte[] into) {
        Objects.checkIndex(image, labels.length);
        int bytes = imageBytes();
        MemorySegment.copy(pixels, ValueLayout.JAVA_BYTE, (long) image * bytes, into, 0, bytes);
    }

    /** All images, in order. */
    public ImageSubset all() {
        return new ImageSubset(this, IntStream.range(0, count()).toArray());
    }

    /**
     * Two parts that have no image in common, drawn by a seed.
     *
     * @param validation share of the images kept for validation, in (0,1)
     * @throws IllegalArgumentException when one part would be empty
     */
    public ImageSplit split(double validation, long seed) {
        int kept = (int) Math.round(validation * count());
        if (!(validation > 0 && validation < 1) || kept < 1 || kept >= count()) {
            throw new IllegalArgumentException("a share of " + validation + " of the " + count() + " images of " + name
                    + " leaves none to train on or none to validate with");
        }
        int[] order = IntStream.range(0, count()).toArray();
        shuffle(order, seed, 0, STREAM);
        int train = count() - kept;
        int[] a = IntStream.range(0, train).map(i -> order[i]).sorted().toArray();
        int[] b = IntStream.range(train, count()).map(i -> order[i]).sorted().toArray();
        return new ImageSplit(new ImageSubset(this, a), new ImageSubset(this, b));
    }

    /** Fisher and Yates's shuffle; depends on the seed, the round and the stream alone. */
    static void shuffle(int[] order, long seed, int round, int stream) {
        for (int i = order.length - 1; i > 0; i--) {
            long word = Philox.word(i >>> 2, round, 0, stream, (int) seed, (int) (seed >>> 32), i & 3) & 0xFFFFFFFFL;
            int j = (int) (word * (i + 1) >>> 32);
            int t = order[i];
            order[i] = order[j];
            order[j] = t;
        }
    }

    @Override
    public void close() {
        arena.close();
    }
}
