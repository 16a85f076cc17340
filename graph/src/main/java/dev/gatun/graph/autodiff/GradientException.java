package dev.gatun.graph.autodiff;

/** A gradient that does not exist: a parameter that the loss does not depend on, or a loss that is no scalar. */
public final class GradientException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    public GradientException(String message) {
        super(message);
    }
}
