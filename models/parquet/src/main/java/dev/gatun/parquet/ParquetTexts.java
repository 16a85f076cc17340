package dev.gatun.parquet;

import dev.gatun.models.data.TextRows;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.util.NoSuchElementException;
import org.apache.parquet.VersionParser;
import org.apache.parquet.VersionParser.ParsedVersion;
import org.apache.parquet.VersionParser.VersionParseException;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.impl.ColumnReaderImpl;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.io.api.PrimitiveConverter;

/** The strings of a column, row group after row group. */
final class ParquetTexts implements TextRows {
    private final ParquetFile file;
    private final Column column;
    private final ColumnDescriptor descriptor;
    private final ParsedVersion writer;
    private final CharsetDecoder utf8 = StandardCharsets.UTF_8.newDecoder(); // reports what is malformed
    private int group;
    private ColumnReader values;
    private long left; // in the row group
    private long read;
    private long given;
    private long missing;
    private String ahead;

    /** Texts of a file, which this closes. */
    ParquetTexts(ParquetFile file, Column column) {
        this.file = file;
        this.column = column;
        descriptor = column.descriptor();
        writer = version(file.createdBy());
        ahead = next(file);
    }

    /** Lets the decoders know of writers with known faults; {@code null} for others. */
    private static ParsedVersion version(String createdBy) {
        try {
            return createdBy == null ? null : VersionParser.parse(createdBy);
        } catch (VersionParseException | RuntimeException e) {
            return null; // a writer that names itself otherwise
        }
    }

    @Override
    public boolean hasNext() {
        return ahead != null;
    }

    @Override
    public String next() {
        if (ahead == null) throw new NoSuchElementException();
        String text = ahead;
        given = read;
        ahead = next(file);
        return text;
    }

    @Override
    public long row() {
        return given;
    }

    @Override
    public long missing() {
        return missing;
    }

    @Override
    public void close() {
        ahead = null;
        values = null;
        file.close();
    }

    /** The next text; {@code null} behind the last, and then the file is closed. */
    private String next(ParquetFile file) {
        String text = Damage.named(file.path() + ": column " + column.name() + ", row " + (read + 1), this::advance);
        if (text == null) file.close();
        return text;
    }

    private String advance() throws IOException {
        while (true) {
            while (left == 0) {
                if (group == file.groups().size()) return null;
                open(file.groups().get(group++));
            }
            boolean there = values.getCurrentDefinitionLevel() == column.definition();
            String text = there ? text(values.getBinary().toByteBuffer()) : null; // a view, which fails where a page lacks the bytes
            left--;
            read++;
            if (left > 0) values.consume(); // the last value has none behind it
            if (there) return text;
            missing++;
        }
    }

    private String text(ByteBuffer bytes) {
        try {
            return utf8.decode(bytes).toString();
        } catch (CharacterCodingException e) {
            throw new DamageException("expected UTF-8 text", e);
        }
    }

    private void open(RowGroup g) throws IOException {
        ColumnMetaData chunk = chunk(g);
        if (chunk.getNum_values() != g.getNum_rows()) {
            throw new DamageException("row group " + group + " has " + g.getNum_rows() + " rows, but " + chunk.getNum_values() + " values");
        }
        left = chunk.getNum_values();
        values = left == 0 ? null : new ColumnReaderImpl(descriptor, new Pages(file, chunk, column.definition()), new PrimitiveConverter() {}, writer);
    }

    private ColumnMetaData chunk(RowGroup g) {
        for (ColumnChunk c : g.getColumns()) {
            if (c.getMeta_data() == null) throw new DamageException("row group " + group + " has a column that is encrypted or not described");
            if (!column.path().equals(c.getMeta_data().getPath_in_schema())) continue;
            if (c.isSetFile_path()) throw new DamageException("the values lie in another file, " + c.getFile_path());
            if (c.getMeta_data().getType() != column.element().getType()) throw new DamageException("row group " + group + " has values of type " + c.getMeta_data().getType());
            return c.getMeta_data();
        }
        throw new DamageException("row group " + group + " does not have the column");
    }
}
