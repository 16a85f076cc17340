package dev.gatun.models.checkpoint;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.stream.Collectors;

/** Element types that are read as f32, little-endian at any alignment. */
public enum FloatFormat {
    F32(4),
    /** IEEE 754 half precision. */
    F16(2),
    /** The upper half of an f32. */
    BF16(2),
    /** Rounded to f32. */
    F64(8);

    /** The types there are, for messages. */
    static final String NAMES = Arrays.stream(values()).map(Enum::name).collect(Collectors.joining(", "));

    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final int bytes;

    FloatFormat(int bytes) {
        this.bytes = bytes;
    }

    /** The type of a name in capitals; null for one that is not read as f32. */
    static FloatFormat of(String name) {
        return Arrays.stream(values()).filter(f -> f.name().equals(name)).findFirst().orElse(null);
    }

    /** Size of an element. */
    public int bytes() {
        return bytes;
    }

    /** Reads elements that lie next to each other. */
    public void read(MemorySegment from, float[] into, int at, int count) {
        switch (this) {
            case F32 -> MemorySegment.copy(from, FLOAT, 0, into, at, count);
            case F16 -> {
                for (int i = 0; i < count; i++) into[at + i] = Float.float16ToFloat(from.get(SHORT, 2L * i));
            }
            case BF16 -> {
                for (int i = 0; i < count; i++) into[at + i] = Float.intBitsToFloat(from.get(SHORT, 2L * i) << 16);
            }
            case F64 -> {
                for (int i = 0; i < count; i++) into[at + i] = (float) from.get(DOUBLE, 8L * i);
            }
        }
    }
}
