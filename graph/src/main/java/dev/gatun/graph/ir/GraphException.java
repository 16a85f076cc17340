package dev.gatun.graph.ir;

/** A graph that breaks the rules of the IR, or text that is no graph; the message names the line or node. */
public final class GraphException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    public GraphException(String message) {
        super(message);
    }

    public GraphException(String message, Throwable cause) {
        super(message, cause);
    }
}
