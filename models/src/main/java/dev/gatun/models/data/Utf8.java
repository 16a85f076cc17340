package dev.gatun.models.data;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Locale;

/** Strict decoding of UTF-8 (RFC 3629) straight from memory. */
final class Utf8 {
    /** Gets one code point after another. */
    @FunctionalInterface
    interface Sink {
        void accept(int codePoint);
    }

    private final String name;
    private final MemorySegment bytes;

    private Utf8(String name, MemorySegment bytes) {
        this.name = name;
        this.bytes = bytes;
    }

    /**
     * Decodes all of a file, without a leading byte-order mark.
     *
     * @param name of the file, for the error
     * @throws DataException naming file, byte and position where the bytes are no UTF-8
     */
    static void decode(String name, MemorySegment bytes, Sink sink) {
        new Utf8(name, bytes).run(sink);
    }

    /** The bytes without a leading byte-order mark. */
    static MemorySegment withoutMark(MemorySegment b) {
        boolean mark = b.byteSize() >= 3 && at(b, 0) == 0xEF && at(b, 1) == 0xBB && at(b, 2) == 0xBF;
        return mark ? b.asSlice(3) : b;
    }

    private static int at(MemorySegment b, long i) {
        return b.get(ValueLayout.JAVA_BYTE, i) & 0xFF;
    }

    private void run(Sink sink) {
        long n = bytes.byteSize();
        long i = 0;
        while (i < n) {
            int b = at(bytes, i);
            if (b < 0x80) {
                sink.accept(b);
                i++;
                continue;
            }
            int more = b >= 0xC2 && b < 0xE0 ? 1 : b >= 0xE0 && b < 0xF0 ? 2 : b >= 0xF0 && b < 0xF5 ? 3 : 0;
            if (more == 0) throw broken(i, i);
            int c = b & (0x3F >> more);
            for (int k = 1; k <= more; k++) {
                if (i + k >= n) throw broken(i, n - 1);
                int next = at(bytes, i + k);
                if ((next & 0xC0) != 0x80) throw broken(i, i + k);
                c = c << 6 | next & 0x3F;
            }
            boolean tooLong = more == 2 && c < 0x800 || more == 3 && c < 0x10000;
            if (tooLong || c > 0x10FFFF || c >= 0xD800 && c < 0xE000) throw broken(i, i);
            sink.accept(c);
            i += more + 1;
        }
    }

    private DataException broken(long start, long at) {
        return new DataException(String.format(Locale.ROOT,
                "%s is not UTF-8 text: byte 0x%02X at position %d does not fit%s. Convert the file to UTF-8, or leave it out",
                name, at(bytes, at), at, at == start ? "" : " the character that starts at " + start));
    }
}
