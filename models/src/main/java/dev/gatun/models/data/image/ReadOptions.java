package dev.gatun.models.data.image;

/**
 * How to read images.
 *
 * @param skipBad leave out what cannot be used, and count it, instead of failing
 * @param height rows that each image is cropped and resized to, or 0 to keep the images as they are
 * @param width columns that each image is cropped and resized to, or 0 to keep the images as they are
 * @param channels 1 for grey, 3 for colour, or 0 for what the format has (IDX 1, the others 3)
 * @param classes number of classes of an IDX file, whose labels lie below it; other formats know theirs
 */
public record ReadOptions(boolean skipBad, int height, int width, int channels, int classes) {
    /** Longest side of an image. */
    static final int LONGEST = 1 << 15;

    /** Checks ranges. */
    public ReadOptions {
        if (height < 0 || width < 0 || (height == 0) != (width == 0) || height > LONGEST || width > LONGEST) {
            throw new IllegalArgumentException("a target size has 1 to " + LONGEST + " rows and columns, or 0x0 for none, got "
                    + height + "x" + width);
        }
        if ((long) height * width > Decoder.MOST_PIXELS) {
            throw new IllegalArgumentException("a target size has at most " + Decoder.MOST_PIXELS + " pixels, got " + height + "x" + width);
        }
        if (channels != 0 && channels != 1 && channels != 3) {
            throw new IllegalArgumentException("an image is read with 1 or 3 channels, or 0 for those it has, got " + channels);
        }
        if (classes < 1 || classes > 256) {
            throw new IllegalArgumentException("labels of one byte tell 1 to 256 classes apart, got " + classes);
        }
    }

    /** Images as they are, ten classes, the first bad one is an error. */
    public static ReadOptions strict() {
        return new ReadOptions(false, 0, 0, 0, 10);
    }

    /** The same, with bad images left out and counted. */
    public ReadOptions skippingBad(boolean skip) {
        return new ReadOptions(skip, height, width, channels, classes);
    }

    /** The same, with each image scaled until it covers {@code height x width}, bilinearly, and cropped around its centre. */
    public ReadOptions resizedTo(int height, int width) {
        return new ReadOptions(skipBad, height, width, channels, classes);
    }

    /** The same, with 1 (grey) or 3 (colour) channels. */
    public ReadOptions withChannels(int channels) {
        return new ReadOptions(skipBad, height, width, channels, classes);
    }

    /** The same, with labels from 0 to {@code classes - 1} in IDX files. */
    public ReadOptions withClasses(int classes) {
        return new ReadOptions(skipBad, height, width, channels, classes);
    }
}
