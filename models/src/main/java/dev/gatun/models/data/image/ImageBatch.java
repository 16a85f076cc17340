package dev.gatun.models.data.image;

import java.util.Arrays;

/**
 * A batch as a loader hands it out. The arrays are the loader's and have room for a full batch; they hold this batch
 * until the next call of {@link ImageLoader#next()}. In a last batch that is not full, the rows from {@link #size()} on
 * are zero and their labels -1.
 *
 * <p>With {@link Mixing}, a row's target is {@code lambda} times its label and {@code 1 - lambda} times its partner's;
 * without, lambda is 1 and partners are the labels.
 */
public final class ImageBatch {
    private final int height;
    private final int width;
    private final int channels;
    private final float[] pixels;
    private final int[] labels;
    private final int[] partners;
    private final int[] images;
    private int size;
    private float lambda = 1;
    private long step;
    private int epoch;
    private int index;

    ImageBatch(int rows, int height, int width, int channels) {
        this.height = height;
        this.width = width;
        this.channels = channels;
        pixels = new float[Math.multiplyExact(rows, Math.multiplyExact(height * width, channels))];
        labels = new int[rows];
        partners = new int[rows];
        images = new int[rows];
    }

    /** Says which batch this is to be; the rows beyond {@code size} become empty. */
    void begin(long step, int epoch, int index, int size) {
        this.step = step;
        this.epoch = epoch;
        this.index = index;
        this.size = size;
        Arrays.fill(pixels, size * imageSize(), pixels.length, 0);
        Arrays.fill(labels, size, labels.length, -1);
        Arrays.fill(images, size, images.length, -1);
    }

    void unmixed() {
        lambda = 1;
        System.arraycopy(labels, 0, partners, 0, labels.length);
    }

    void mixed(float lambda) {
        this.lambda = lambda;
        System.arraycopy(labels, 0, partners, 0, labels.length);
        for (int i = 0; i < size; i++) partners[i] = labels[size - 1 - i];
    }

    int imageSize() {
        return height * width * channels;
    }

    /** Normalized images: {@code [N,H,W,C]}. */
    public float[] pixels() {
        return pixels;
    }

    /** Class of each row. */
    public int[] labels() {
        return labels;
    }

    /** Class of the image that each row was blended with. */
    public int[] partners() {
        return partners;
    }

    /** Number in the dataset of the image in each row, or -1. */
    public int[] images() {
        return images;
    }

    /** Share of the row's own label in its target. */
    public float lambda() {
        return lambda;
    }

    /** Number of rows with an image. */
    public int size() {
        return size;
    }

    /** Number of this batch since the start of epoch 0. */
    public long step() {
        return step;
    }

    /** Number of the pass over the images, from 0. */
    public int epoch() {
        return epoch;
    }

    /** Number of this batch within its epoch, from 0. */
    public int index() {
        return index;
    }

    /** Rows of an image. */
    public int height() {
        return height;
    }

    /** Columns of an image. */
    public int width() {
        return width;
    }

    /** Numbers of a pixel. */
    public int channels() {
        return channels;
    }

    /**
     * Fills an array with each row's target distribution.
     *
     * @param into {@code [N,classes]}
     */
    public void targets(float[] into, int classes) {
        if (into.length != labels.length * classes) {
            throw new IllegalArgumentException("targets of " + labels.length + " rows and " + classes + " classes take "
                    + labels.length * classes + " numbers, got " + into.length);
        }
        Arrays.fill(into, 0);
        for (int i = 0; i < size; i++) {
            if (labels[i] < 0 || labels[i] >= classes || partners[i] < 0 || partners[i] >= classes) {
                throw new IllegalArgumentException("row " + i + " has the label " + labels[i] + ", expected 0 to " + (classes - 1));
            }
            into[i * classes + labels[i]] += lambda;
            into[i * classes + partners[i]] += 1 - lambda;
        }
    }
}
