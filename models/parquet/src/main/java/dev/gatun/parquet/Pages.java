package dev.gatun.parquet;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.zip.CRC32;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.page.DataPage;
import org.apache.parquet.column.page.DataPageV1;
import org.apache.parquet.column.page.DataPageV2;
import org.apache.parquet.column.page.DictionaryPage;
import org.apache.parquet.column.page.PageReader;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.DataPageHeader;
import org.apache.parquet.format.DataPageHeaderV2;
import org.apache.parquet.format.DictionaryPageHeader;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.PageType;

/**
 * The pages of a column in a row group, one after another: a dictionary perhaps, then values. One is in memory at a time.
 * Sizes are checked before anything is allocated, and check sums where pages have them.
 */
final class Pages implements PageReader {
    private static final int LARGEST = 1 << 28;
    private static final int BUFFER = 1 << 16;

    private final InputStream in;
    private final Codec codec;
    private final int definition;
    private final long values;
    private long bytesLeft;
    private long valuesLeft;
    private PageHeader ahead;

    /**
     * Pages of a chunk.
     *
     * @param definition highest definition level
     * @throws DamageException when the chunk does not lie in the file, or is compressed in an unknown way
     */
    Pages(ParquetFile file, ColumnMetaData chunk, int definition) throws IOException {
        long start = chunk.getData_page_offset();
        if (chunk.isSetDictionary_page_offset() && chunk.getDictionary_page_offset() > 0) start = Math.min(start, chunk.getDictionary_page_offset());
        bytesLeft = chunk.getTotal_compressed_size();
        if (start < 0 || bytesLeft < 0 || bytesLeft > file.size() - start) {
            throw new DamageException("its pages are said to be the " + bytesLeft + " bytes from " + start + " on, outside of the file of " + file.size());
        }
        this.definition = definition;
        values = chunk.getNum_values();
        valuesLeft = values;
        codec = Codec.of(chunk.getCodec());
        in = new BufferedInputStream(new Stretch(file, start, bytesLeft), BUFFER);
    }

    /** A part of a file as a stream. */
    private static final class Stretch extends InputStream {
        private final ParquetFile file;
        private long at;
        private long left;

        Stretch(ParquetFile file, long at, long left) {
            this.file = file;
            this.at = at;
            this.left = left;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (left == 0) return -1;
            int n = (int) Math.min(length, left);
            System.arraycopy(file.bytes(at, n), 0, into, offset, n);
            at += n;
            left -= n;
            return n;
        }
    }

    @Override
    public long getTotalValueCount() {
        return values;
    }

    @Override
    public DictionaryPage readDictionaryPage() {
        try {
            if (!peek() || ahead.getType() != PageType.DICTIONARY_PAGE) return null;
            DictionaryPageHeader h = ahead.getDictionary_page_header();
            if (h == null) throw new DamageException("a page of type dictionary has no such head");
            byte[] page = codec.decompress(body(), ahead.getUncompressed_page_size());
            if (h.getNum_values() < 0 || h.getNum_values() > page.length) {
                throw new DamageException("a dictionary of " + page.length + " bytes cannot hold " + h.getNum_values() + " values");
            }
            ahead = null;
            return new DictionaryPage(BytesInput.from(page), h.getNum_values(), encoding(h.getEncoding()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public DataPage readPage() {
        try {
            while (valuesLeft > 0) {
                if (!peek()) throw new DamageException("pages end " + valuesLeft + " values too early");
                PageHeader h = ahead;
                DataPage page = switch (h.getType()) {
                    case DATA_PAGE -> first(h, h.getData_page_header());
                    case DATA_PAGE_V2 -> second(h, h.getData_page_header_v2());
                    case DICTIONARY_PAGE -> throw new DamageException("a second dictionary");
                    case INDEX_PAGE -> null;
                };
                if (page == null) body(); // nothing to read in it
                ahead = null;
                if (page != null) return page;
            }
            return null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads the head of the next page unless that was done; false behind the last. */
    private boolean peek() throws IOException {
        if (ahead != null) return true;
        in.mark(1);
        if (in.read() < 0) return false;
        in.reset();
        ahead = Heads.page(in);
        int packed = ahead.getCompressed_page_size();
        int plain = ahead.getUncompressed_page_size();
        if (ahead.getType() == null || packed < 0 || packed > bytesLeft || packed > LARGEST || plain < 0 || plain > LARGEST) {
            throw new DamageException("a page of type " + ahead.getType() + ", " + packed + " bytes and " + plain + " when unpacked; expected at most " + LARGEST
                    + " and what the row group has");
        }
        return true;
    }

    /** The bytes of the page whose head was read. */
    private byte[] body() throws IOException {
        byte[] body = in.readNBytes(ahead.getCompressed_page_size());
        if (body.length < ahead.getCompressed_page_size()) throw new DamageException("a page is cut short");
        bytesLeft -= body.length;
        if (ahead.isSetCrc()) {
            CRC32 sum = new CRC32();
            sum.update(body);
            if ((int) sum.getValue() != ahead.getCrc()) throw new DamageException("a page's check sum is wrong");
        }
        return body;
    }

    private int counted(int count) {
        if (count < 0 || count > valuesLeft) throw new DamageException("a page of " + count + " values where " + valuesLeft + " are left");
        valuesLeft -= count;
        return count;
    }

    private DataPage first(PageHeader h, DataPageHeader d) throws IOException {
        if (d == null) throw new DamageException("a page of values has no such head");
        int count = counted(d.getNum_values());
        byte[] page = codec.decompress(body(), h.getUncompressed_page_size());
        PageCheck check = new PageCheck(page, count);
        if (definition > 0 && encoding(d.getDefinition_level_encoding()) == Encoding.RLE) check.levels(definition);
        else if (definition > 0) check.packedLevels(definition);
        check.values(encoding(d.getEncoding()));
        return new DataPageV1(BytesInput.from(page), count, page.length, null, encoding(d.getRepetition_level_encoding()), encoding(d.getDefinition_level_encoding()),
                encoding(d.getEncoding()));
    }

    /** Levels stand uncompressed before the values. */
    private DataPage second(PageHeader h, DataPageHeaderV2 d) throws IOException {
        if (d == null) throw new DamageException("a page of values has no such head");
        int count = counted(d.getNum_values());
        byte[] body = body();
        int repetition = d.getRepetition_levels_byte_length();
        int levels = d.getDefinition_levels_byte_length();
        int plain = h.getUncompressed_page_size() - repetition - levels;
        if (repetition < 0 || levels < 0 || (long) repetition + levels > body.length || plain < 0) {
            throw new DamageException("levels of " + repetition + " and " + levels + " bytes in a page of " + body.length);
        }
        byte[] packed = Arrays.copyOfRange(body, repetition + levels, body.length);
        boolean compressed = !d.isSetIs_compressed() || d.isIs_compressed();
        byte[] data = (compressed ? codec : Codec.NONE).decompress(packed, plain);
        if (definition > 0) new PageCheck(Arrays.copyOfRange(body, repetition, repetition + levels), count).onlyLevels(definition);
        new PageCheck(data, count).values(encoding(d.getEncoding()));
        return DataPageV2.uncompressed(d.getNum_rows(), d.getNum_nulls(), count, BytesInput.from(body, 0, repetition), BytesInput.from(body, repetition, levels),
                encoding(d.getEncoding()), BytesInput.from(data), null);
    }

    private static Encoding encoding(org.apache.parquet.format.Encoding e) {
        if (e == null) throw new DamageException("an unknown encoding");
        return Encoding.valueOf(e.name());
    }
}
