package dev.gatun.models.data;

import java.nio.file.Path;

/** Tokens to train on and to validate with: a text, or shards. */
public interface TokenData extends AutoCloseable {
    /** What to train on. */
    TokenWindows train();

    /** What to validate with. */
    TokenWindows validation();

    /** Changes when the training data does; empty when that cannot be told. */
    String version();

    /** Keeps in a run's folder what is needed to go on with the same data. */
    default void keepIn(Path folder) {}

    /**
     * Goes on with the data of a run.
     *
     * @throws DataException when what was kept is missing or broken
     */
    default void resume(Path folder) {}

    @Override
    void close();
}
