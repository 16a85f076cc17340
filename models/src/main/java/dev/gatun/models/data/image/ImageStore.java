package dev.gatun.models.data.image;

import dev.gatun.models.data.DataException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Takes images one by one and ends as a dataset. Memory follows what has been read, not what a header promises, unless
 * the caller has checked that promise.
 */
final class ImageStore implements AutoCloseable {
    private static final long FIRST = 64L << 20; // bytes taken at first for a number of images that is not checked

    private final String name;
    private final ReadOptions options;
    private final long expected;
    private final boolean checked;
    private final List<String> reasons = new ArrayList<>();
    private long bad;
    private Arena arena;
    private MemorySegment pixels;
    private Frame frame;
    private String firstItem = "";
    private byte[] work = new byte[0];
    private int[] labels = new int[1024];
    private int count;

    /**
     * A store of nothing yet.
     *
     * @param expected number of images to come, at most
     * @param checked whether that number is known to be true
     */
    ImageStore(String name, ReadOptions options, long expected, boolean checked) {
        this.name = name;
        this.options = options;
        this.expected = expected;
        this.checked = checked;
    }

    ReadOptions options() {
        return options;
    }

    /** Notes {@code images} that cannot be used, or throws when none may be left out. */
    void bad(long images, DataException reason) {
        if (!options.skipBad()) throw reason;
        bad += images;
        if (reasons.size() < Skipped.KEPT) reasons.add(reason.getMessage());
    }

    /**
     * Adds an image.
     *
     * @param item what errors call it
     * @param source bytes {@code [H,W,C]}
     */
    void add(String item, byte[] source, Frame size, int label) {
        int c = options.channels() == 0 ? size.channels() : options.channels();
        boolean resize = options.height() > 0;
        Frame target = resize ? new Frame(options.height(), options.width(), c) : new Frame(size.height(), size.width(), c);
        if (frame == null) {
            begin(target);
            firstItem = item;
        } else if (!target.equals(frame)) {
            bad(1, new DataException(item + " has " + size.height() + "x" + size.width() + " pixels, but " + firstItem + " has "
                    + frame.height() + "x" + frame.width() + ": all images need one size, or give a size to resize them to"));
            return;
        }
        byte[] bytes = source;
        if (c != size.channels()) bytes = Pixels.convert(source, size.height() * size.width(), size.channels(), c, work(size, c));
        if (resize && (target.height() != size.height() || target.width() != size.width())) {
            bytes = Pixels.resize(bytes, new Frame(size.height(), size.width(), c), target);
        }
        if ((count + 1L) * frame.bytes() > pixels.byteSize()) grow();
        MemorySegment.copy(bytes, 0, pixels, ValueLayout.JAVA_BYTE, count * frame.bytes(), (int) frame.bytes());
        if (count == labels.length) labels = Arrays.copyOf(labels, (int) Math.min(Integer.MAX_VALUE - 8, count * 2L));
        labels[count++] = label;
    }

    private byte[] work(Frame size, int channels) {
        int bytes = Math.toIntExact((long) size.height() * size.width() * channels);
        if (work.length < bytes) work = new byte[bytes];
        return work;
    }

    private void begin(Frame first) {
        long images = checked ? expected : Math.min(expected, Math.max(1, FIRST / first.bytes()));
        Arena a = Arena.ofShared();
        pixels = allocate(a, images, first);
        arena = a;
        frame = first;
    }

    private void grow() {
        long capacity = pixels.byteSize() / frame.bytes();
        Arena a = Arena.ofShared();
        MemorySegment larger = allocate(a, Math.max(capacity + 1, Math.min(expected, capacity * 2)), frame);
        MemorySegment.copy(pixels, 0, larger, 0, count * frame.bytes());
        arena.close();
        arena = a;
        pixels = larger;
    }

    private MemorySegment allocate(Arena a, long images, Frame f) {
        try {
            return a.allocate(Math.multiplyExact(images, f.bytes()), 64);
        } catch (OutOfMemoryError | ArithmeticException e) {
            a.close();
            throw new DataException(name + " needs " + images + " x " + f + " bytes off the heap, more than there are: raise "
                    + "-XX:MaxDirectMemorySize, or resize the images to fewer pixels", e);
        }
    }

    /**
     * The dataset of all images added; the store is empty then.
     *
     * @throws DataException when there are none
     */
    ImageDataset finish(List<String> classNames) {
        if (count == 0) {
            throw new DataException(name + " has no image that can be used"
                    + (bad == 0 ? ": give one with at least one image" : ": all " + bad + " were bad, the first because " + reasons.get(0)));
        }
        ImageDataset dataset = new ImageDataset(name, arena, pixels.asSlice(0, count * frame.bytes()), frame,
                Arrays.copyOf(labels, count), classNames, new Skipped(bad, reasons));
        arena = null;
        return dataset;
    }

    @Override
    public void close() {
        if (arena != null) arena.close();
        arena = null;
    }
}
