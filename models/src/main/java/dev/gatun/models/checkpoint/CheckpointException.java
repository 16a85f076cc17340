package dev.gatun.models.checkpoint;

import java.nio.file.Path;

/** A file that is no checkpoint, or not the one expected. The message names file, field and what was expected. */
public final class CheckpointException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * A broken rule.
     *
     * @param file where
     * @param field the part of the file, a tensor's name for example
     * @param problem what was found and what was expected
     */
    public CheckpointException(Path file, String field, String problem) {
        super(file + ": " + field + ": " + problem);
    }

    /** A broken rule that another error found. */
    public CheckpointException(Path file, String field, String problem, Throwable cause) {
        super(file + ": " + field + ": " + problem, cause);
    }
}
