package dev.gatun.models.data.image;

/**
 * One image under augmentation: numbers {@code [H,W,C]} from 0 to 255. A worker has one and uses it again for each
 * image, so an augmentation that keeps hold of its arrays will see other images in them.
 */
public final class Canvas {
    private final int height;
    private final int width;
    private final int channels;
    private final float[] mean;
    private float[] pixels;
    private float[] scratch;

    /**
     * A black canvas.
     *
     * @param mean mean of each channel over the dataset, 0 to 255
     */
    Canvas(int height, int width, int channels, float[] mean) {
        this.height = height;
        this.width = width;
        this.channels = channels;
        this.mean = mean;
        pixels = new float[height * width * channels];
        scratch = new float[pixels.length];
    }

    void load(byte[] bytes) {
        float[] p = pixels;
        for (int i = 0; i < p.length; i++) p[i] = bytes[i] & 0xFF;
    }

    /** Rows. */
    public int height() {
        return height;
    }

    /** Columns. */
    public int width() {
        return width;
    }

    /** Numbers of a pixel. */
    public int channels() {
        return channels;
    }

    /** Mean of a channel over the dataset, 0 to 255: what normalization turns into 0. */
    public float mean(int channel) {
        return mean[channel];
    }

    /** The image, to be changed in place: {@code [H,W,C]}. */
    public float[] pixels() {
        return pixels;
    }

    /** A second array of the same size with anything in it, to draw the changed image to; {@link #swap()} shows it. */
    public float[] scratch() {
        return scratch;
    }

    /** Makes the scratch array the image, and the image the scratch array. */
    public void swap() {
        float[] t = pixels;
        pixels = scratch;
        scratch = t;
    }
}
