package dev.gatun.parquet;

/** What is wrong inside of a file; {@link Damage} adds the file's name. */
final class DamageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    DamageException(String message) {
        super(message);
    }

    DamageException(String message, Throwable cause) {
        super(message, cause);
    }
}
