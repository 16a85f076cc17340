package dev.gatun.models.data.image;

import dev.gatun.models.data.DataException;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/** Bytes of a file in order, unpacked when the file starts as gzip does, through buffers of a fixed size. */
final class ByteSource implements AutoCloseable {
    private static final int BUFFER = 1 << 16;

    private final Path file;
    private final long length;
    private final InputStream in;
    private boolean cut; // the gzip stream ended before its end

    /** Opens a file. */
    ByteSource(Path file) {
        this.file = file;
        InputStream raw = null;
        try {
            if (!Files.isRegularFile(file)) throw new DataException(file + " is not a regular file: give an IDX or CIFAR file");
            raw = new BufferedInputStream(Files.newInputStream(file), BUFFER);
            raw.mark(2);
            boolean gzip = raw.read() == 0x1F & raw.read() == 0x8B;
            raw.reset();
            length = gzip ? -1 : Files.size(file);
            in = gzip ? new BufferedInputStream(new GZIPInputStream(raw, BUFFER), BUFFER) : raw;
        } catch (EOFException e) {
            close(raw);
            throw new DataException(file + " is cut off within its gzip header: get the whole file", e);
        } catch (IOException e) {
            close(raw);
            throw broken(e);
        }
    }

    /** Number of bytes, or -1 when they are packed and only reading tells. */
    long length() {
        return length;
    }

    Path file() {
        return file;
    }

    /** Reads {@code count} bytes and returns how many there were, which is fewer only at the end. */
    int read(byte[] into, int count) {
        int got = 0;
        try {
            while (got < count && !cut) {
                int n = in.read(into, got, count - got);
                if (n < 0) break;
                got += n;
            }
        } catch (EOFException e) {
            cut = true; // what was unpacked before stays good
        } catch (IOException e) {
            throw broken(e);
        }
        return got;
    }

    /** Fails unless all bytes have been read and the packed stream is whole. */
    void requireEnd(String rule) {
        byte[] one = new byte[1];
        if (read(one, 1) != 0) throw new DataException(file + " goes on after its last record: " + rule);
        if (cut) throw new DataException(file + " is cut off: its gzip stream has no end. Get the whole file");
    }

    private DataException broken(IOException e) {
        return new DataException(file + " cannot be read: " + e.getMessage(), e);
    }

    private static void close(InputStream in) {
        try {
            if (in != null) in.close();
        } catch (IOException e) {
            // the file was only read: there is nothing to lose
        }
    }

    @Override
    public void close() {
        close(in);
    }
}
