package dev.gatun.models.checkpoint;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * Named tensors in one or more files, in whatever type, read row by row as f32. A row runs along the last dimension; a
 * scalar is one row of one element. All methods throw {@link CheckpointException} for what the files do not hold.
 */
public interface WeightSource extends AutoCloseable {
    /** Names of all tensors. */
    Set<String> names();

    /** The file that holds a tensor. */
    Path file(String name);

    /** Sizes of a tensor's dimensions, slowest first. */
    List<Long> shape(String name);

    /**
     * Reads part of a tensor.
     *
     * @param row number of the row, all leading dimensions counted as one
     * @param into gets the row at {@code at}
     */
    void row(String name, long row, float[] into, int at);

    @Override
    void close() throws IOException;
}
