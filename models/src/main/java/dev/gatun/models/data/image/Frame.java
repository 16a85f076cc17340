package dev.gatun.models.data.image;

/** Size of an image. */
record Frame(int height, int width, int channels) {
    long bytes() {
        return (long) height * width * channels;
    }

    @Override
    public String toString() {
        return height + "x" + width + "x" + channels;
    }
}
