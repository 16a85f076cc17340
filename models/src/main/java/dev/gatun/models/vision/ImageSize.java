package dev.gatun.models.vision;

/**
 * Size of the images that a model takes.
 *
 * @param height rows
 * @param width columns
 * @param channels numbers of a pixel: 1 for grey, 3 for colour
 */
public record ImageSize(int height, int width, int channels) {
    private static final int LONGEST = 1 << 14;

    public ImageSize {
        if (height < 1 || width < 1 || height > LONGEST || width > LONGEST) {
            throw new IllegalArgumentException("an image has 1 to " + LONGEST + " rows and columns, got " + height + "x" + width);
        }
        if (channels < 1) throw new IllegalArgumentException("an image has at least 1 channel, got " + channels);
    }

    @Override
    public String toString() {
        return height + "x" + width + "x" + channels;
    }
}
