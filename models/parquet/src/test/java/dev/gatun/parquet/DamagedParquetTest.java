package dev.gatun.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.models.data.DataException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.SchemaElement;
import org.apache.parquet.format.Util;
import org.apache.parquet.column.ParquetProperties.WriterVersion;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Files that were cut, changed in single bits, or made to mislead: one error that names the file, little memory. */
class DamagedParquetTest {
    private static final long LITTLE = 64 << 20;
    /** What a page's head may claim, and a little. */
    private static final long BOUNDED = (256 << 20) + LITTLE;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @TempDir
    Path dir;

    private final List<String> texts = ParquetTest.varied(200);
    private Path good;

    @BeforeEach
    void write() throws IOException {
        good = new ParquetWriting().dictionary(true).rowsInGroup(100).pageBytes(1_000).texts(dir.resolve("good.parquet"), texts);
    }

    /** Reads all; fine when nothing is noticed, as long as no other error comes up. */
    private boolean refused(byte[] bytes) throws IOException {
        Path bad = Files.write(dir.resolve("bad.parquet"), bytes);
        long before = THREADS.getCurrentThreadAllocatedBytes();
        try {
            ParquetTest.read(bad, "text");
            return false;
        } catch (DataException e) {
            assertThat(e).hasMessageContaining("bad.parquet");
            assertThat(e.getMessage().lines()).hasSize(1);
            assertThat(e.getCause() instanceof OutOfMemoryError).isFalse();
            return true;
        } finally {
            assertThat(THREADS.getCurrentThreadAllocatedBytes() - before).isLessThan(BOUNDED);
        }
    }

    static Stream<Arguments> forms() {
        return Stream.of(CompressionCodecName.UNCOMPRESSED, CompressionCodecName.SNAPPY, CompressionCodecName.GZIP, CompressionCodecName.ZSTD, CompressionCodecName.LZ4_RAW)
                .map(c -> Arguments.of(c, c.ordinal() % 2 == 0 ? WriterVersion.PARQUET_1_0 : WriterVersion.PARQUET_2_0));
    }

    @ParameterizedTest
    @MethodSource("forms")
    void cutsAndFlippedBitsGiveOneError(CompressionCodecName codec, WriterVersion version) throws IOException {
        Path file = new ParquetWriting().codec(codec).version(version).dictionary(true).rowsInGroup(100).pageBytes(1_000).checksums(false)
                .texts(dir.resolve("f.parquet"), texts);
        byte[] bytes = Files.readAllBytes(file);
        Random random = new Random(codec.ordinal());
        for (int i = 0; i < 60; i++) assertThat(refused(Arrays.copyOf(bytes, random.nextInt(bytes.length)))).isTrue();
        int noticed = 0;
        for (int i = 0; i < 600; i++) {
            byte[] bad = bytes.clone();
            int flips = 1 + random.nextInt(3);
            for (int f = 0; f < flips; f++) bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
            if (refused(bad)) noticed++;
        }
        assertThat(noticed).isGreaterThan(50); // many flips change only texts, or the column of numbers
    }

    @Test
    void aCheckSumNoticesAChangedText() throws IOException {
        Path file = new ParquetWriting().texts(dir.resolve("sum.parquet"), List.of("a text to be found in the file"));
        byte[] bytes = Files.readAllBytes(file);
        int at = new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf("a text");
        bytes[at] ^= 1;
        Path bad = Files.write(dir.resolve("bad.parquet"), bytes);
        assertThatThrownBy(() -> ParquetTest.read(bad, "text")).isInstanceOf(DataException.class).hasMessageContaining("bad.parquet").hasMessageContaining("check sum");
    }

    private byte[] withFooter(byte[] footer, int length) throws IOException {
        byte[] bytes = Files.readAllBytes(good);
        int old = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(bytes.length - 8);
        ByteBuffer out = ByteBuffer.allocate(bytes.length - old + footer.length).order(ByteOrder.LITTLE_ENDIAN);
        out.put(bytes, 0, bytes.length - 8 - old).put(footer).putInt(length).put(bytes, bytes.length - 4, 4);
        return out.array();
    }

    private FileMetaData footer() throws IOException {
        byte[] bytes = Files.readAllBytes(good);
        int length = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(bytes.length - 8);
        return Util.readFileMetaData(new ByteArrayInputStream(bytes, bytes.length - 8 - length, length));
    }

    private void misleading(String expected, Consumer<FileMetaData> change) throws IOException {
        FileMetaData f = footer();
        change.accept(f);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Util.writeFileMetaData(f, out);
        Path bad = Files.write(dir.resolve("bad.parquet"), withFooter(out.toByteArray(), out.size()));
        long before = THREADS.getCurrentThreadAllocatedBytes();
        assertThatThrownBy(() -> ParquetTest.read(bad, "text")).isInstanceOf(DataException.class).hasMessageContaining("bad.parquet").hasMessageContaining(expected);
        assertThat(THREADS.getCurrentThreadAllocatedBytes() - before).isLessThan(LITTLE);
    }

    private static ColumnMetaData chunk(FileMetaData f) {
        return f.getRow_groups().get(1).getColumns().get(0).getMeta_data();
    }

    @Test
    void numbersOfTheFooterAreNotBelieved() throws IOException {
        misleading("outside of the file", f -> chunk(f).setTotal_compressed_size(1L << 60));
        misleading("outside of the file", f -> chunk(f).setData_page_offset(-7));
        misleading("outside of the file", f -> chunk(f).setDictionary_page_offset(1L << 40).setData_page_offset(1L << 40));
        misleading("rows, but", f -> f.getRow_groups().get(1).setNum_rows(1L << 60));
        misleading("too early", f -> {
            f.getRow_groups().get(1).setNum_rows(1L << 60);
            chunk(f).setNum_values(1L << 60);
        });
        misleading("row group of -1 rows", f -> f.getRow_groups().get(1).setNum_rows(-1));
        misleading("columns, the schema", f -> f.getRow_groups().get(0).getColumns().removeLast());
        misleading("does not have the column", f -> chunk(f).setPath_in_schema(List.of("other")));
        misleading("another file", f -> f.getRow_groups().get(0).getColumns().get(0).setFile_path("elsewhere"));
        misleading("larger than its", f -> f.getSchema().get(0).setNum_children(Integer.MAX_VALUE));
        misleading("its tree only", f -> f.getSchema().get(0).setNum_children(1));
        misleading("children", f -> f.getSchema().get(0).setNum_children(-1));
        misleading("nested deeper", f -> f.setSchema(IntStream.range(0, 10_000)
                .mapToObj(i -> new SchemaElement("g").setNum_children(1).setRepetition_type(org.apache.parquet.format.FieldRepetitionType.OPTIONAL)).toList()));
        misleading("schema", f -> f.setSchema(List.of()));
    }

    @Test
    void lengthsThatPromiseTooMuchAreRefused() throws IOException {
        for (int length : new int[] {-1, Integer.MAX_VALUE, 1 << 29, (int) Files.size(good)}) {
            assertThat(refused(withFooter(new byte[100], length))).isTrue();
        }
        assertThat(refused(withFooter(new byte[0], 0))).isTrue();
        // a list of two billion elements, in the compact protocol: field 2, list of structs, size as a varint
        byte[] bomb = {0x15, 0x02, 0x19, (byte) 0xFC, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 0x07};
        assertThat(refused(withFooter(bomb, bomb.length))).isTrue();
        byte[] encrypted = Files.readAllBytes(good);
        encrypted[encrypted.length - 1] = 'E';
        assertThat(refused(encrypted)).isTrue();
    }

    @Test
    void theFileItselfIsFine() {
        assertThat(ParquetTest.read(good, "text")).isEqualTo(texts.stream().filter(Objects::nonNull).toList());
    }
}
