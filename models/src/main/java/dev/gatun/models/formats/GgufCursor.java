package dev.gatun.models.formats;

import dev.gatun.models.checkpoint.CheckpointException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Reads a GGUF header from front to back. Every step checks that the file goes on that far. */
final class GgufCursor {
    private static final ValueLayout.OfShort I16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt I32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong I64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Path file;
    private final MemorySegment bytes;
    private long position;

    GgufCursor(Path file, MemorySegment bytes) {
        this.file = file;
        this.bytes = bytes;
    }

    Path file() {
        return file;
    }

    long position() {
        return position;
    }

    /** Goes back to, or on to, a place that was reached before. */
    GgufCursor at(long place) {
        GgufCursor other = new GgufCursor(file, bytes);
        other.position = place;
        return other;
    }

    /** Passes over bytes; returns where they start. */
    long skip(String field, long count) {
        if (count < 0 || count > bytes.byteSize() - position) {
            throw broken(field, "expected " + Long.toUnsignedString(count) + " bytes more, the file has " + (bytes.byteSize() - position)
                    + ": it is truncated");
        }
        long start = position;
        position += count;
        return start;
    }

    int i8(String field) {
        return bytes.get(ValueLayout.JAVA_BYTE, skip(field, 1));
    }

    int i16(String field) {
        return bytes.get(I16, skip(field, 2));
    }

    int i32(String field) {
        return bytes.get(I32, skip(field, 4));
    }

    long i64(String field) {
        return bytes.get(I64, skip(field, 8));
    }

    /** A 64-bit count with a bound. */
    long count(String field, long most) {
        long n = i64(field);
        if (n < 0 || n > most) throw broken(field, "expected at most " + most + ", found " + Long.toUnsignedString(n));
        return n;
    }

    /** A string: its length in bytes, then UTF-8. */
    String text(String field, int longest) {
        long length = count(field, longest);
        long start = skip(field, length);
        ByteBuffer utf8 = bytes.asSlice(start, length).asByteBuffer();
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(utf8).toString();
        } catch (CharacterCodingException e) {
            throw new CheckpointException(file, field, "expected UTF-8 text", e);
        }
    }

    CheckpointException broken(String field, String problem) {
        return new CheckpointException(file, field, problem);
    }
}
