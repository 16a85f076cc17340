package dev.gatun.graph.types;

/** Element type of a tensor. */
public enum DType {
    /** IEEE 754 single precision. */
    F32(4),
    /** bfloat16: the upper half of an f32. Stored so, always computed in f32. */
    BF16(2),
    /** Signed 32-bit integer: token ids, class labels, counters. */
    I32(4),
    /** Truth value, one byte, 0 or 1. */
    BOOL(1);

    private final int bytes;

    DType(int bytes) {
        this.bytes = bytes;
    }

    /** Size of one element in memory, in bytes. */
    public int bytes() {
        return bytes;
    }

    /** True for the types that carry gradients. */
    public boolean isFloating() {
        return this == F32 || this == BF16;
    }

    /** Lower-case name as printed in types: {@code f32}. */
    @Override
    public String toString() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
