package dev.gatun.models.search;

/** A search that cannot go on. The message names the file or the setting, the rule and the fix. */
public final class SearchException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** With what is wrong. */
    public SearchException(String message) {
        super(message);
    }

    /** With what is wrong and why. */
    public SearchException(String message, Throwable cause) {
        super(message, cause);
    }
}
