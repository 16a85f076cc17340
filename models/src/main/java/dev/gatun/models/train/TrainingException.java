package dev.gatun.models.train;

/** A run that cannot go on, a loss that is no number for example. */
public final class TrainingException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public TrainingException(String message) {
        super(message);
    }
}
