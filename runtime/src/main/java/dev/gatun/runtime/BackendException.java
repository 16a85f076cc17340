package dev.gatun.runtime;

/** A backend that was asked for by name and cannot be had here; the message says why and what else there is. */
public final class BackendException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public BackendException(String message) {
        super(message);
    }
}
