package dev.gatun.models.events;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * The framing of TFRecord files, numbers being little-endian: {@code u64 length, u32 check of the length, data, u32 check
 * of the data}. A check is a CRC-32C, rotated right by 15 bits, plus a constant.
 */
final class Records {
    private static final int MASK = 0xa282ead8;
    private static final int ROTATION = 15;
    private static final int HEAD = Long.BYTES + Integer.BYTES;
    /** Longest record that is read. */
    private static final int LONGEST = 1 << 28;

    private byte[] bytes = new byte[1 << 14];
    private ByteBuffer view = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    private final CRC32C crc = new CRC32C();

    /** Takes a record. */
    @FunctionalInterface
    interface Visitor {
        /** Sees the data; false ends the reading before this record. */
        boolean accept(ByteBuffer data);
    }

    private int check(byte[] data, int from, int length) {
        crc.reset();
        crc.update(data, from, length);
        return Integer.rotateRight((int) crc.getValue(), ROTATION) + MASK;
    }

    /** Bytes that wait to be written. */
    int waiting() {
        return view.position();
    }

    /** Adds a record to those that wait. */
    void add(byte[] data, int length) {
        int needed = HEAD + length + Integer.BYTES;
        if (view.remaining() < needed) {
            int at = view.position();
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, Math.addExact(at, needed)));
            view = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).position(at);
        }
        int at = view.position();
        view.putLong(length);
        view.putInt(check(bytes, at, Long.BYTES));
        view.put(data, 0, length);
        view.putInt(check(data, 0, length));
    }

    /** Writes all records that wait. */
    void writeTo(FileChannel out) throws IOException {
        view.flip();
        try {
            while (view.hasRemaining()) out.write(view);
        } finally {
            view.clear();
        }
    }

    /**
     * Reads the whole records of a file, up to one that is cut off or damaged, or that the visitor ends at.
     *
     * @return length of what was read
     */
    static long read(Path file, Visitor visitor) throws IOException {
        Records checks = new Records();
        ByteBuffer head = ByteBuffer.allocate(HEAD).order(ByteOrder.LITTLE_ENDIAN);
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = in.size();
            for (long at = 0; ; ) {
                if (size - at < HEAD || !fill(in, head.clear(), at)) return at;
                long length = head.getLong(0);
                if (checks.check(head.array(), 0, Long.BYTES) != head.getInt(Long.BYTES)) return at;
                if (length < 0 || length > LONGEST || length + Integer.BYTES > size - at - HEAD) return at;
                ByteBuffer data = ByteBuffer.allocate((int) length + Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
                if (!fill(in, data, at + HEAD)) return at;
                if (checks.check(data.array(), 0, (int) length) != data.getInt((int) length)) return at;
                if (!visitor.accept(ByteBuffer.wrap(data.array(), 0, (int) length))) return at;
                at += HEAD + length + Integer.BYTES;
            }
        }
    }

    private static boolean fill(FileChannel in, ByteBuffer into, long at) throws IOException {
        while (into.hasRemaining()) {
            if (in.read(into, at + into.position()) < 0) return false;
        }
        return true;
    }
}
