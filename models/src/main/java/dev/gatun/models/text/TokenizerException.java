package dev.gatun.models.text;

import java.nio.file.Path;

/** A file that is no tokenizer, or not one that can be used. The message names file, field and what was expected. */
public final class TokenizerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * A broken rule.
     *
     * @param file where
     * @param field the part of the file, {@code model.merges[3]} or {@code line 12} for example
     * @param problem what was expected and what was found
     */
    public TokenizerException(Path file, String field, String problem) {
        super(file + ": " + field + ": " + problem);
    }

    /** A broken rule that another error found. */
    public TokenizerException(Path file, String field, String problem, Throwable cause) {
        super(file + ": " + field + ": " + problem, cause);
    }
}
