package dev.gatun.models.artifact;

import java.nio.file.Path;

/** A file that is no compiled model, or a broken one; the message names the file, what is wrong and what to do. */
public final class ArtifactException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    ArtifactException(Path file, String what) {
        super(file + ": " + what);
    }

    ArtifactException(Path file, String what, Throwable cause) {
        super(file + ": " + what, cause);
    }
}
