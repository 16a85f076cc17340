package dev.gatun.models.data.image;

/** Which images of a set. */
public enum Part {
    /** Those to train on. */
    TRAIN,
    /** Those kept for testing. */
    TEST
}
