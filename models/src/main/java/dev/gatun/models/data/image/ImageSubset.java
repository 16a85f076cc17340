package dev.gatun.models.data.image;

import java.util.Arrays;

/** Some images of a dataset, in an order. Borrows the dataset's memory. */
public final class ImageSubset {
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

    int[] images() {
        return images.clone();
    }
}
