package dev.gatun.simd.conv;

/**
 * Sizes of pooling over channels-last images.
 *
 * @param images number of images
 * @param rows how windows lie over rows
 * @param columns how windows lie over columns
 * @param channels of each place
 * @param insideOnly whether an average counts only elements inside the image
 */
public record PoolShape(int images, Axis rows, Axis columns, int channels, boolean insideOnly) {
    /** @throws IllegalArgumentException when a size is not positive, or a window can lie outside the image */
    public PoolShape {
        if (images < 1 || channels < 1 || rows.padding() >= rows.window() || columns.padding() >= columns.window()) {
            throw new IllegalArgumentException("pooling: " + images + " images of " + channels
                    + " channels; padding must be smaller than the window: " + rows + ", " + columns);
        }
    }

    /** Elements of an image. */
    long image() {
        return (long) rows.size() * columns.size() * channels;
    }

    /** Elements of a pooled image. */
    long pooled() {
        return (long) rows.count() * columns.count() * channels;
    }

    /** What a window's sum is multiplied by. */
    float factor(int i, int j) {
        int inside = (rows.end(i) - rows.first(i)) * (columns.end(j) - columns.first(j));
        return 1f / (insideOnly ? inside : rows.window() * columns.window());
    }
}
