package dev.gatun.bindings;

import java.util.Locale;

/**
 * oneDNN refused or failed an operation. The message names the operation with its shapes, the status by name, and
 * what oneDNN means by it, e.g. {@code matmul f32[4,2] x f32[3,4] -> f32[4,4]: invalid arguments (dnnl status 2)}.
 */
public final class OneDnnException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** {@code dnnl_status_t} by name, so that a caller can tell a refusal from a failure. */
    public enum Status {
        /** Not enough memory for the operation's own buffers. */
        OUT_OF_MEMORY(1),
        /** Shapes, strides or attributes that contradict each other. */
        INVALID_ARGUMENTS(2),
        /** A valid operation for which the library has no code on this CPU. */
        UNIMPLEMENTED(3),
        /** No further implementation of a primitive to try. */
        LAST_IMPL_REACHED(4),
        /** The operation started and failed. */
        RUNTIME_ERROR(5),
        /** A queried value that the primitive does not have. */
        NOT_REQUIRED(6),
        /** A graph API status. */
        INVALID_GRAPH(7),
        /** A graph API status. */
        INVALID_GRAPH_OP(8),
        /** A shape that cannot be inferred. */
        INVALID_SHAPE(9),
        /** A data type that the operation does not take. */
        INVALID_DATA_TYPE(10),
        /** A code that this version of the bindings does not know. */
        UNKNOWN(-1);

        private final int code;

        Status(int code) {
            this.code = code;
        }

        static Status of(int code) {
            for (Status status : values()) {
                if (status.code == code) {
                    return status;
                }
            }
            return UNKNOWN;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }

    private final Status status;
    private final String operation;

    OneDnnException(String operation, int code) {
        super(operation + ": " + Status.of(code) + " (dnnl status " + code + ")");
        this.status = Status.of(code);
        this.operation = operation;
    }

    /** What oneDNN answered. */
    public Status status() {
        return status;
    }

    /** The operation with its types and shapes. */
    public String operation() {
        return operation;
    }

    /** Returns when {@code code} is success; otherwise throws with the operation's name and shapes. */
    static void check(int code, String operation) {
        if (code != 0) {
            throw new OneDnnException(operation, code);
        }
    }
}
