package dev.gatun.models.data;

/** Training data that cannot be used. The message names the file or folder, the rule it breaks and the fix. */
public final class DataException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public DataException(String message) {
        super(message);
    }

    public DataException(String message, Throwable cause) {
        super(message, cause);
    }
}
