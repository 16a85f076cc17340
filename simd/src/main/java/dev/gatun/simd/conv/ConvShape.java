package dev.gatun.simd.conv;

/**
 * Sizes of a convolution over channels-last images: x {@code [images, rows, columns, in]}, w {@code [window rows, window
 * columns, in / groups, out]}, y {@code [images, windows over rows, windows over columns, out]}.
 *
 * @param images number of images
 * @param rows how the kernel moves over rows
 * @param columns how the kernel moves over columns
 * @param in channels of x
 * @param out channels of y
 * @param groups parts that channels are cut into
 */
public record ConvShape(int images, Axis rows, Axis columns, int in, int out, int groups) {
    /** @throws IllegalArgumentException when a size is not positive or channels are not divisible by the groups */
    public ConvShape {
        if (images < 1 || groups < 1 || in < 1 || out < 1 || in % groups != 0 || out % groups != 0) {
            throw new IllegalArgumentException("convolution: " + images + " images, " + in + " and " + out + " channels in "
                    + groups + " groups");
        }
    }

    /** Elements of an image of x. */
    long inputImage() {
        return (long) rows.size() * columns.size() * in;
    }

    /** Places of an image of y. */
    int places() {
        return Math.multiplyExact(rows.count(), columns.count());
    }

    /** Additions and multiplications of the plain sum. */
    public double operations() {
        return 2.0 * images * places() * depth() * out;
    }

    /** Elements of an unfolded window. */
    int depth() {
        return Math.multiplyExact(Math.multiplyExact(rows.window(), columns.window()), in / groups);
    }

    /** Whether each channel sees itself only. */
    boolean isDepthwise() {
        return groups > 1 && groups == in && groups == out;
    }

    /** Whether x as it lies is already its own unfolding. */
    boolean isPlain() {
        return isPlain(rows) && isPlain(columns) && groups == 1;
    }

    private static boolean isPlain(Axis a) {
        return a.window() == 1 && a.stride() == 1 && a.padding() == 0;
    }
}
