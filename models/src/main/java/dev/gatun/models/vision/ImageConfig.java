package dev.gatun.models.vision;

import java.util.Map;

/** Sizes of an image classifier, and what is needed to make one. */
public sealed interface ImageConfig permits LeNetConfig, MobileNetConfig, ResNetConfig, VggConfig, VitConfig {
    /** Largest size of anything. */
    int LARGEST = 1 << 20;

    /** Size of the images. */
    ImageSize image();

    /** Number of classes. */
    int classes();

    /** Short name of the kind of network. */
    String kind();

    /** What is not said by image and classes: numbers, strings and lists of whole numbers by name. */
    Map<String, Object> sizes();

    /** A new model of these sizes, which is a record. */
    ImageModel model();

    /** Throws unless a size lies in 1 to {@link #LARGEST}; the message names it. */
    static void size(String name, int value) {
        if (value < 1 || value > LARGEST) {
            throw new IllegalArgumentException(name + " must lie in 1.." + LARGEST + ", got " + value);
        }
    }
}
