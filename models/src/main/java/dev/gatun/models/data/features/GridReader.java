package dev.gatun.models.data.features;

import dev.gatun.models.data.DataException;
import java.nio.file.Path;
import java.util.Map;

/** How a file becomes an example: a grid of numbers, {@code [rows, columns, channels]}, that a network takes as a picture. */
public sealed interface GridReader permits SoundReader, VideoReader {
    /** Rows of an example. */
    int rows();

    /** Columns of an example. */
    int columns();

    /** Numbers at each place of an example. */
    int channels();

    /** Short name of what it reads: {@code sound}, {@code video}. */
    String kind();

    /** What it reads, for people. */
    String takes();

    /** Whether something in a folder is an example, by its name. */
    boolean isOne(Path item);

    /**
     * Reads an example.
     *
     * @return {@code [rows, columns, channels]}
     * @throws DataException naming what cannot be used
     */
    float[] read(Path item);

    /** All that is needed to make the same reader again: numbers by name. */
    Map<String, Object> settings();
}
