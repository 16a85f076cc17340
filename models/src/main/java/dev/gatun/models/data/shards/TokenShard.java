package dev.gatun.models.data.shards;

import dev.gatun.models.data.DataException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.zip.CRC32C;

/**
 * A file of tokens, mapped. All numbers are little-endian. Header of 64 bytes: "GATUNTOK", version (i32, 1), bytes of a
 * token (i32, 2 or 4), number of tokens (i64), vocabulary (i32), CRC-32C of the tokens (i32), CRC-32C of the 32 bytes so
 * far (i32), zeros. Then the tokens.
 */
final class TokenShard implements AutoCloseable {
    static final String SUFFIX = ".tokens";
    static final byte[] MAGIC = {'G', 'A', 'T', 'U', 'N', 'T', 'O', 'K'};
    static final int VERSION = 1;
    static final int HEADER = 64;
    static final int CHECKED = 32;
    private static final long BLOCK = 1 << 26;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Path file;
    private final Arena arena;
    private final MemorySegment tokens;
    private final int width;
    private final long count;
    private final int vocabulary;

    private TokenShard(Path file, Arena arena, FileChannel channel) throws IOException {
        this.file = file;
        this.arena = arena;
        long size = channel.size();
        if (size < HEADER) throw broken("file", "expected a header of " + HEADER + " bytes, found " + size + " bytes");
        ByteBuffer h = ByteBuffer.allocate(HEADER).order(ByteOrder.LITTLE_ENDIAN);
        while (h.hasRemaining() && channel.read(h, h.position()) >= 0) { /* to its end */ }
        byte[] magic = new byte[MAGIC.length];
        h.get(0, magic);
        if (!java.util.Arrays.equals(magic, MAGIC)) throw broken("magic", "expected \"GATUNTOK\": no token shard");
        if (h.getInt(8) != VERSION) throw broken("version", "expected " + VERSION + ", found " + h.getInt(8));
        CRC32C sum = new CRC32C();
        sum.update(h.slice(0, CHECKED));
        if ((int) sum.getValue() != h.getInt(CHECKED)) throw broken("header", "its checksum does not fit: the file is damaged");
        width = h.getInt(12);
        count = h.getLong(16);
        vocabulary = h.getInt(24);
        if (width != 2 && width != 4) throw broken("width", "expected 2 or 4 bytes a token, found " + width);
        if (count < 0 || count > (size - HEADER) / width || count * width != size - HEADER) {
            throw broken("count", "expected " + count + " tokens of " + width + " bytes, found " + (size - HEADER) + " bytes: the file is truncated or damaged");
        }
        tokens = count == 0 ? MemorySegment.NULL : channel.map(FileChannel.MapMode.READ_ONLY, HEADER, size - HEADER, arena);
        checkSum(h.getInt(28));
    }

    /**
     * Maps a file and checks it, its tokens included.
     *
     * @throws DataException naming file and field
     */
    static TokenShard open(Path file) {
        Arena arena = Arena.ofShared();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return new TokenShard(file, arena, channel);
        } catch (IOException e) {
            arena.close();
            throw new DataException(file + " cannot be read: " + e.getMessage(), e);
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    private DataException broken(String field, String problem) {
        return new DataException(file + ": " + field + ": " + problem);
    }

    private void checkSum(int expected) {
        CRC32C sum = new CRC32C();
        for (long at = 0; at < count * width; at += BLOCK) sum.update(tokens.asSlice(at, Math.min(BLOCK, count * width - at)).asByteBuffer());
        if ((int) sum.getValue() != expected) throw broken("tokens", "their checksum does not fit: the file is damaged, tokenize again");
    }

    Path file() {
        return file;
    }

    /** Number of tokens. */
    long count() {
        return count;
    }

    /** Tokens are below this. */
    int vocabulary() {
        return vocabulary;
    }

    /** Copies tokens from {@code from} on into an array from {@code at} on. */
    void read(long from, int[] into, int at, int length) {
        Objects.checkFromIndexSize(from, length, count);
        for (int i = 0; i < length; i++) {
            into[at + i] = width == 2 ? tokens.getAtIndex(SHORT, from + i) & 0xFFFF : tokens.getAtIndex(INT, from + i);
        }
    }

    @Override
    public void close() {
        arena.close();
    }
}
