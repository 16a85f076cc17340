package dev.gatun.models.data.shards;

import dev.gatun.models.checkpoint.AtomicFile;
import dev.gatun.models.data.DataException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.zip.CRC32C;

/**
 * Writes tokens into shards of a folder, {@code shard-00000.tokens} and so on. Each file appears whole or not at all,
 * when it is full and at {@link #finish}. Shards that are there already are kept; new ones come behind them.
 */
public final class ShardWriter {
    private static final int FIRST = 1 << 16;

    private final Path folder;
    private final int vocabulary;
    private final int width;
    private final int perShard;
    private int[] tokens = new int[FIRST];
    private int filled;
    private int number;
    private long written;

    /**
     * A writer.
     *
     * @param folder made when it is not there
     * @param vocabulary tokens are below this
     * @param perShard tokens in a file, all but the last
     */
    public ShardWriter(Path folder, int vocabulary, int perShard) throws IOException {
        if (vocabulary < 1) throw new IllegalArgumentException("the vocabulary must have a token, got " + vocabulary);
        if (perShard < 1 || perShard > 1 << 28) throw new IllegalArgumentException("tokens of a shard must lie in 1.." + (1 << 28) + ", got " + perShard);
        this.folder = folder;
        this.vocabulary = vocabulary;
        this.perShard = perShard;
        width = vocabulary <= 1 << 16 ? 2 : 4;
        Files.createDirectories(folder);
        while (Files.exists(file())) number++;
    }

    private Path file() {
        return folder.resolve(String.format(Locale.ROOT, "shard-%05d%s", number, TokenShard.SUFFIX));
    }

    /**
     * Adds tokens.
     *
     * @throws DataException for one outside the vocabulary
     */
    public void add(int... more) throws IOException {
        for (int token : more) {
            if (token < 0 || token >= vocabulary) throw new DataException("token " + token + " lies outside the vocabulary of " + vocabulary);
            if (filled == tokens.length) tokens = Arrays.copyOf(tokens, (int) Math.min(perShard, 2L * filled));
            tokens[filled++] = token;
            if (filled == perShard) flush();
        }
    }

    /** Writes what is left. */
    public void finish() throws IOException {
        if (filled > 0) flush();
    }

    /** Tokens in finished files. */
    public long written() {
        return written;
    }

    private void flush() throws IOException {
        ByteBuffer data = ByteBuffer.allocate(Math.multiplyExact(filled, width)).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < filled; i++) {
            if (width == 2) data.putShort((short) tokens[i]);
            else data.putInt(tokens[i]);
        }
        CRC32C sum = new CRC32C();
        sum.update(data.flip());
        ByteBuffer header = ByteBuffer.allocate(TokenShard.HEADER).order(ByteOrder.LITTLE_ENDIAN);
        header.put(TokenShard.MAGIC).putInt(TokenShard.VERSION).putInt(width).putLong(filled).putInt(vocabulary).putInt((int) sum.getValue());
        CRC32C head = new CRC32C();
        head.update(header.slice(0, TokenShard.CHECKED));
        header.putInt(TokenShard.CHECKED, (int) head.getValue()).rewind();
        AtomicFile.write(file(), channel -> {
            while (header.hasRemaining()) channel.write(header);
            data.rewind();
            while (data.hasRemaining()) channel.write(data);
        });
        written += filled;
        filled = 0;
        number++;
    }
}
