package dev.gatun.graph.types;

/**
 * A shape or an element type that an operation does not accept. The message names the operation, the rule
 * it breaks, the operand types and the user's source line:
 * {@code MatMul: inner dimensions differ: f32[4,2] x f32[3,4] (Mnist.java:46)}.
 */
public final class TypeException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    public TypeException(String message) {
        super(message);
    }

    public TypeException(String message, Throwable cause) {
        super(message, cause);
    }
}
