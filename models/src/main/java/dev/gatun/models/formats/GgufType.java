package dev.gatun.models.formats;

import dev.gatun.models.checkpoint.CheckpointException;
import dev.gatun.models.checkpoint.FloatFormat;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;

/** How a GGUF file stores numbers; those of ggml that are read here. */
enum GgufType {
    F32(0, 1, 4),
    F16(1, 1, 2),
    /** Blocks of 32: an f16 scale and 4 bits each, minus 8; the low halves of 16 bytes come before the high ones. */
    Q4_0(2, 32, 18),
    /** Blocks of 32: an f16 scale and 8 bits each. */
    Q8_0(8, 32, 34),
    BF16(30, 1, 2);

    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final int number;
    private final int block;
    private final int blockBytes;

    GgufType(int number, int block, int blockBytes) {
        this.number = number;
        this.block = block;
        this.blockBytes = blockBytes;
    }

    /** The type of a number in the file. */
    static GgufType of(int number, Path file, String tensor) {
        return Arrays.stream(values()).filter(t -> t.number == number).findFirst().orElseThrow(() -> new CheckpointException(file, tensor,
                "expected one of the types " + Arrays.toString(values()) + ", found type " + Integer.toUnsignedString(number) + " of ggml"));
    }

    /** Elements of a block. */
    int block() {
        return block;
    }

    int blockBytes() {
        return blockBytes;
    }

    /** Reads elements; their number is a multiple of the block. */
    void read(MemorySegment from, float[] into, int at, int count) {
        switch (this) {
            case F32 -> FloatFormat.F32.read(from, into, at, count);
            case F16 -> FloatFormat.F16.read(from, into, at, count);
            case BF16 -> FloatFormat.BF16.read(from, into, at, count);
            case Q8_0 -> {
                for (int b = 0; b < count / block; b++) {
                    long start = (long) b * blockBytes;
                    float scale = Float.float16ToFloat(from.get(SHORT, start));
                    for (int i = 0; i < block; i++) into[at + b * block + i] = scale * from.get(ValueLayout.JAVA_BYTE, start + 2 + i);
                }
            }
            case Q4_0 -> {
                for (int b = 0; b < count / block; b++) {
                    long start = (long) b * blockBytes;
                    float scale = Float.float16ToFloat(from.get(SHORT, start));
                    for (int i = 0; i < block / 2; i++) {
                        int pair = from.get(ValueLayout.JAVA_BYTE, start + 2 + i);
                        into[at + b * block + i] = scale * ((pair & 15) - 8);
                        into[at + b * block + block / 2 + i] = scale * ((pair >> 4 & 15) - 8);
                    }
                }
            }
        }
    }
}
