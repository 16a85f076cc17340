package dev.gatun.parquet;

import dev.gatun.models.data.DataException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.RowGroup;

/**
 * An open Parquet file and its footer: {@code PAR1}, pages, footer, the footer's length as four bytes, {@code PAR1}.
 * Every offset and size that the footer states is checked before it is used.
 */
final class ParquetFile implements AutoCloseable {
    private static final int MAGIC = 4;
    private static final int TAIL = 8;
    private static final int LONGEST_FOOTER = 1 << 28;

    private final Path path;
    private final FileChannel channel;
    private final FileMetaData footer;
    private final List<Column> columns;

    private ParquetFile(Path path, FileChannel channel) throws IOException {
        this.path = path;
        this.channel = channel;
        footer = footer();
        columns = Column.all(footer.getSchema());
        for (RowGroup g : footer.getRow_groups()) {
            if (g.getNum_rows() < 0) throw new DamageException("a row group of " + g.getNum_rows() + " rows");
            if (g.getColumnsSize() != columns.size()) throw new DamageException("a row group of " + g.getColumnsSize() + " columns, the schema has " + columns.size());
        }
    }

    /**
     * Opens a file and reads its footer.
     *
     * @throws DataException naming the file when that fails
     */
    static ParquetFile open(Path path) {
        if (!Files.isRegularFile(path)) throw new DataException(path + " does not exist: give a Parquet file");
        FileChannel channel;
        try {
            channel = FileChannel.open(path, StandardOpenOption.READ);
        } catch (IOException e) {
            throw new DataException(path + " cannot be read: " + e.getMessage(), e);
        }
        try {
            return Damage.named(path + ": footer", () -> new ParquetFile(path, channel));
        } catch (RuntimeException e) {
            close(path, channel);
            throw e;
        }
    }

    private FileMetaData footer() throws IOException {
        long size = channel.size();
        if (size < MAGIC + TAIL) throw new DamageException("the file has " + size + " bytes, too few for a Parquet file");
        ByteBuffer head = ByteBuffer.wrap(bytes(0, MAGIC));
        ByteBuffer tail = ByteBuffer.wrap(bytes(size - TAIL, TAIL)).order(ByteOrder.LITTLE_ENDIAN);
        int length = tail.getInt();
        checkMagic("begin", head);
        checkMagic("end", tail);
        if (length < 0 || length > size - MAGIC - TAIL || length > LONGEST_FOOTER) {
            throw new DamageException("it claims " + Integer.toUnsignedString(length) + " bytes, more than the file of " + size + " bytes or the limit of "
                    + LONGEST_FOOTER + " allows");
        }
        FileMetaData data = Heads.footer(new ByteArrayInputStream(bytes(size - TAIL - length, length)), length);
        if (data.isSetEncryption_algorithm()) throw new DamageException("the file is encrypted: write it without encryption");
        return data;
    }

    private static void checkMagic(String where, ByteBuffer at) {
        byte[] magic = new byte[MAGIC];
        at.get(magic);
        String found = new String(magic, StandardCharsets.ISO_8859_1);
        if (found.equals("PARE")) throw new DamageException("the file is encrypted: write it without encryption");
        if (!found.equals("PAR1")) throw new DamageException("the file does not " + where + " with PAR1: it is no Parquet file, or cut short");
    }

    /**
     * Reads a stretch of the file.
     *
     * @throws DamageException when the file does not have it
     */
    byte[] bytes(long at, int count) throws IOException {
        byte[] bytes = new byte[count];
        ByteBuffer into = ByteBuffer.wrap(bytes);
        while (into.hasRemaining()) {
            if (channel.read(into, at + into.position()) < 0) throw new DamageException("the file ends at byte " + channel.size() + ", expected " + (at + count));
        }
        return bytes;
    }

    Path path() {
        return path;
    }

    long size() throws IOException {
        return channel.size();
    }

    List<RowGroup> groups() {
        return footer.getRow_groups();
    }

    /** Who wrote the file; {@code null} when it does not say. */
    String createdBy() {
        return footer.getCreated_by();
    }

    /**
     * The column of texts with a name.
     *
     * @throws DataException listing the columns that could be meant
     */
    Column texts(String name) {
        Column found = columns.stream().filter(c -> c.name().equals(name)).findFirst().orElse(null);
        if (found != null && found.isText()) return found;
        String others = columns.stream().filter(Column::isText).map(Column::name).collect(Collectors.joining(", "));
        throw new DataException(path + ": field \"" + name + "\": " + (found == null ? "there is no such column" : "expected a column of strings, found " + found.kind())
                + ". " + (others.isEmpty() ? "The file has no column of strings" : "Columns of strings: " + others));
    }

    private static void close(Path path, FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new DataException(path + " cannot be closed: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        close(path, channel);
    }
}
