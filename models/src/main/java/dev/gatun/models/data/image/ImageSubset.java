package dev.gatun.models.data.image;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;

/** Some images of a dataset, in an order. Borrows the dataset's memory. */
public final class ImageSubset {
    private static final long BLOCK = 1 << 28;
    private static final int SAMPLE = 0x736d706c; // "smpl"

    private final ImageDataset dataset;
    private final int[] images;

    ImageSubset(ImageDataset dataset, int[] images) {
        this.dataset = dataset;
        this.images = images;
    }

    /** The dataset. */
    public ImageDataset dataset() {
        return dataset;
    }

    /** Number of images. */
    public int count() {
        return images.length;
    }

    /** Number in the dataset of image {@code i}. */
    public int image(int i) {
        return images[i];
    }

    /** Class of image {@code i}. */
    public int label(int i) {
        return dataset.label(images[i]);
    }

    /** The first {@code count} images, or all when there are fewer. */
    public ImageSubset first(int count) {
        if (count < 1) throw new IllegalArgumentException("a subset has at least one image, got " + count);
        return new ImageSubset(dataset, Arrays.copyOf(images, Math.min(count, images.length)));
    }

    /** Some of the images, drawn by a seed and kept in order, or all when there are fewer. */
    public ImageSubset sample(int count, long seed) {
        if (count < 1) throw new IllegalArgumentException("a subset has at least one image, got " + count);
        int[] drawn = images.clone();
        ImageDataset.shuffle(drawn, seed, 0, SAMPLE);
        drawn = Arrays.copyOf(drawn, Math.min(count, drawn.length));
        Arrays.sort(drawn);
        return new ImageSubset(dataset, drawn);
    }

    /** CRC-32C over the pixels of the whole dataset, and over numbers and labels of these images. */
    public long checksum() {
        CRC32C crc = new CRC32C();
        MemorySegment pixels = dataset.pixels();
        for (long at = 0; at < pixels.byteSize(); at += BLOCK) {
            crc.update(pixels.asSlice(at, Math.min(BLOCK, pixels.byteSize() - at)).asByteBuffer());
        }
        ByteBuffer numbers = ByteBuffer.allocate(2 * Integer.BYTES);
        for (int i = 0; i < images.length; i++) crc.update(numbers.clear().putInt(images[i]).putInt(label(i)).flip());
        return crc.getValue();
    }

    int[] images() {
        return images.clone();
    }
}
