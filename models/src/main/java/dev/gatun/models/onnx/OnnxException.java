package dev.gatun.models.onnx;

/**
 * An ONNX model that cannot be read, or a graph that cannot be written as one. The message names the file, the place
 * in it (a node, a tensor or a field) and what is wrong.
 */
public final class OnnxException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /**
     * A refusal.
     *
     * @param file name of the file
     * @param place a node, tensor or field
     * @param problem the rule broken, and the fix where there is one
     */
    public OnnxException(String file, String place, String problem) {
        super(file + ": " + place + ": " + problem);
    }

    /** A refusal with its cause. */
    public OnnxException(String file, String place, String problem, Throwable cause) {
        super(file + ": " + place + ": " + problem, cause);
    }
}
