package dev.gatun.parquet;

import dev.gatun.models.data.DataException;
import dev.gatun.models.data.TextFormat;
import dev.gatun.models.data.TextRows;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Files that end in {@code .parquet}: the strings of one column, row after row. The column is named by its path,
 * {@code text} or {@code meta.title}; lists and maps are not read. Pages are read one at a time, so that memory does not
 * grow with the size of a file or of its row groups. Compressed by Snappy, gzip, Zstandard, LZ4 (raw), or not at all.
 */
public final class ParquetFormat implements TextFormat {
    /** The format; {@link java.util.ServiceLoader} calls this. */
    public ParquetFormat() {}

    @Override
    public boolean reads(Path file) {
        return file.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(".parquet");
    }

    /**
     * Opens a file.
     *
     * @throws DataException naming the file, and what is broken, unknown or missing in it
     */
    @Override
    public TextRows open(Path file, String field) {
        ParquetFile parquet = ParquetFile.open(file);
        try {
            return new ParquetTexts(parquet, parquet.texts(field));
        } catch (RuntimeException e) {
            parquet.close();
            throw e;
        }
    }
}
