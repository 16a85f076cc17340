package dev.gatun.models.vision;

import java.util.Collections;
import java.util.LinkedHashMap;
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

    /** Names and values by turns, as a map in that order. */
    static Map<String, Object> named(Object... pairs) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) map.put((String) pairs[i], pairs[i + 1]);
        return Collections.unmodifiableMap(map);
    }

    /** Throws unless a size lies in 1 to {@link #LARGEST}; the message names it. */
    static void size(String name, int value) {
        if (value < 1 || value > LARGEST) {
            throw new IllegalArgumentException(name + " must lie in 1.." + LARGEST + ", got " + value);
        }
    }
}
