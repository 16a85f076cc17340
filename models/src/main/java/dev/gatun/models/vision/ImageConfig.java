package dev.gatun.models.vision;

/** Sizes of an image classifier, and what is needed to make one. */
public sealed interface ImageConfig permits LeNetConfig, MobileNetConfig, ResNetConfig, VggConfig, VitConfig {
    /** Largest size of anything. */
    int LARGEST = 1 << 20;

    /** Size of the images. */
    ImageSize image();

    /** Number of classes. */
    int classes();

    /** Probability that its dropout layers drop while training; 0 where there are none. */
    default double dropout() {
        return 0;
    }

    /** A new model of these sizes. */
    ImageModel model();

    /** Throws unless a size lies in 1 to {@link #LARGEST}; the message names it. */
    static void size(String name, int value) {
        if (value < 1 || value > LARGEST) {
            throw new IllegalArgumentException(name + " must lie in 1.." + LARGEST + ", got " + value);
        }
    }
}
