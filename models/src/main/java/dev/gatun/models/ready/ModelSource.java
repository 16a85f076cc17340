package dev.gatun.models.ready;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** A kind of thing that holds models: names, run folders, files of a format. */
public interface ModelSource {
    /** What it takes, for help and errors: {@code a run folder}. */
    String takes();

    /** Names that it knows, for guesses at what was mistyped. */
    default List<String> names() {
        return List.of();
    }

    /**
     * Opens a model.
     *
     * @param what a name or a path, as users give it
     * @param batch examples at once; 0 for the usual number
     * @return empty when it is nothing of this kind
     * @throws IllegalArgumentException when it is of this kind and cannot be used
     */
    Optional<ReadyModel> open(String what, int batch) throws IOException;
}
