package dev.gatun.bindings;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * Reads as much of an ELF file as tells whether {@code dlopen} may be given it. The dynamic loader maps segments
 * without looking at the file's length, so a truncated library would end the JVM with SIGBUS; it is refused here.
 */
final class ElfFile {
    private static final int HEADER_BYTES = 64;
    private static final int SEGMENT_BYTES = 56;
    private static final int MAGIC = 0x464C457F; // 7F 'E' 'L' 'F', little-endian
    private static final int SHARED_OBJECT = 3;
    private static final int X86_64 = 62;
    private static final int SEGMENT_LOAD = 1;

    private ElfFile() {}

    /** Why {@code file} is no whole x86-64 shared library; empty when it is one. */
    static Optional<String> problem(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            ByteBuffer header = read(channel, 0, HEADER_BYTES);
            if (header.remaining() < HEADER_BYTES || header.getInt(0) != MAGIC) {
                return Optional.of("not an ELF file");
            }
            if (header.get(4) != 2 || header.get(5) != 1 || Short.toUnsignedInt(header.getShort(18)) != X86_64) {
                return Optional.of("built for " + machine(header) + ", this JVM needs x86-64");
            }
            if (header.getShort(16) != SHARED_OBJECT) {
                return Optional.of("an ELF file, but not a shared library");
            }
            return truncation(channel, header, size);
        }
    }

    private static Optional<String> truncation(FileChannel channel, ByteBuffer header, long size) throws IOException {
        long segments = header.getLong(32);
        int segmentBytes = Short.toUnsignedInt(header.getShort(54));
        int segmentCount = Short.toUnsignedInt(header.getShort(56));
        long sections = header.getLong(40);
        long sectionBytes = (long) Short.toUnsignedInt(header.getShort(58)) * Short.toUnsignedInt(header.getShort(60));
        if (segmentBytes != SEGMENT_BYTES || segmentCount == 0) {
            return Optional.of("an ELF file without loadable segments");
        }
        long end = Math.max(end(segments, (long) segmentBytes * segmentCount), end(sections, sectionBytes));
        if (end <= size) {
            ByteBuffer table = read(channel, segments, segmentBytes * segmentCount);
            for (int at = 0; at + SEGMENT_BYTES <= table.remaining(); at += SEGMENT_BYTES) {
                if (table.getInt(at) == SEGMENT_LOAD) {
                    end = Math.max(end, end(table.getLong(at + 8), table.getLong(at + 32)));
                }
            }
        }
        return end <= size ? Optional.empty()
                : Optional.of("truncated: it has " + size + " bytes, its headers speak of " + end);
    }

    /** {@code offset + bytes}, and beyond any file for what no writer of ELF files puts there. */
    private static long end(long offset, long bytes) {
        return offset < 0 || bytes < 0 || offset + bytes < 0 ? Long.MAX_VALUE : offset + bytes;
    }

    private static ByteBuffer read(FileChannel channel, long position, int bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        long at = position;
        while (buffer.hasRemaining()) {
            int n = channel.read(buffer, at);
            if (n < 0) {
                break;
            }
            at += n;
        }
        return buffer.flip();
    }

    private static String machine(ByteBuffer header) {
        boolean big = header.get(5) == 2;
        int code = Short.toUnsignedInt(big ? Short.reverseBytes(header.getShort(18)) : header.getShort(18));
        return switch (code) {
            case 3 -> "32-bit x86";
            case 21 -> "POWER";
            case 22 -> "s390";
            case 40 -> "32-bit ARM";
            case X86_64 -> "x86-64 with 32-bit pointers";
            case 183 -> "AArch64";
            case 243 -> "RISC-V";
            default -> "machine type " + code;
        };
    }
}
