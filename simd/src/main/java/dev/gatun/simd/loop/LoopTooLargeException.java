package dev.gatun.simd.loop;

/** A loop whose code would exceed what the JVM's compiler accepts: cut it into loops of fewer instructions. */
public final class LoopTooLargeException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    LoopTooLargeException(String label, int bytes, int limit) {
        super("loop " + label + " needs " + bytes + " bytes of bytecode, more than the " + limit
                + " that stay fast: fuse fewer operations into it");
    }
}
