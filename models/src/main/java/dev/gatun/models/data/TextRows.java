package dev.gatun.models.data;

import java.util.Iterator;

/** The texts of a file that has one in each of its lines or rows. The file is open until its last text was given. */
public interface TextRows extends Iterator<String>, AutoCloseable {
    /**
     * The next text.
     *
     * @throws DataException naming file and line or row when what follows is broken
     */
    @Override
    String next();

    /** Number of the line or row that the last text came from; the first one is 1. */
    long row();

    /** Number of rows passed over so far because they hold no text at all (null). */
    long missing();

    /** Closes the file early. */
    @Override
    void close();
}
