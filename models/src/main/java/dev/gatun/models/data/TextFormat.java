package dev.gatun.models.data;

import java.nio.file.Path;

/**
 * A kind of files with many texts in each. Libraries bring more kinds, which are found by {@link java.util.ServiceLoader}.
 */
public interface TextFormat {
    /** Whether a file's name says that it is one of this kind. */
    boolean reads(Path file);

    /**
     * Opens a file.
     *
     * @param field name of what holds the text
     * @throws DataException naming the file when it cannot be read, is broken, or has no such field
     */
    TextRows open(Path file, String field);
}
