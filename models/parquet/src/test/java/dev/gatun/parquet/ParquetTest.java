package dev.gatun.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.models.data.DataException;
import dev.gatun.models.data.Text;
import dev.gatun.models.data.TextRows;
import dev.gatun.models.data.documents.Document;
import dev.gatun.models.data.documents.Documents;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.parquet.column.ParquetProperties.WriterVersion;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.api.Binary;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Files that Parquet's own library wrote. */
class ParquetTest {
    private static final ParquetFormat FORMAT = new ParquetFormat();

    @TempDir
    Path dir;

    static List<String> read(Path file, String field) {
        List<String> texts = new ArrayList<>();
        try (TextRows rows = FORMAT.open(file, field)) {
            rows.forEachRemaining(texts::add);
        }
        return texts;
    }

    /** Some alike, some long, some empty, some absent. */
    static List<String> varied(int count) {
        Random random = new Random(5);
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            texts.add(switch (random.nextInt(6)) {
                case 0 -> null;
                case 1 -> "";
                case 2 -> "the same again";
                case 3 -> "käse 漢字 \uD83D\uDE00 " + i;
                case 4 -> "x".repeat(random.nextInt(300)) + i;
                default -> Long.toString(random.nextLong(), 36);
            });
        }
        return texts;
    }

    static Stream<Arguments> forms() {
        return Stream.of(CompressionCodecName.UNCOMPRESSED, CompressionCodecName.SNAPPY, CompressionCodecName.GZIP, CompressionCodecName.ZSTD, CompressionCodecName.LZ4_RAW)
                .flatMap(c -> Stream.of(WriterVersion.values())
                        .flatMap(v -> Stream.of(Arguments.of(c, v, true), Arguments.of(c, v, false))));
    }

    @ParameterizedTest
    @MethodSource("forms")
    void everyFormOfAFileGivesTheSameTexts(CompressionCodecName codec, WriterVersion version, boolean dictionary) throws IOException {
        List<String> texts = varied(1_000);
        Path file = new ParquetWriting().codec(codec).version(version).dictionary(dictionary).rowsInGroup(300).pageBytes(2_000).texts(dir.resolve("a.parquet"), texts);
        List<String> found = new ArrayList<>();
        try (TextRows rows = FORMAT.open(file, "text")) {
            while (rows.hasNext()) {
                found.add(rows.next());
                assertThat(texts.get((int) rows.row() - 1)).isEqualTo(found.getLast());
            }
            assertThat(rows.missing()).isEqualTo(texts.stream().filter(Objects::isNull).count());
            assertThatThrownBy(rows::next).isInstanceOf(java.util.NoSuchElementException.class);
        }
        assertThat(found).isEqualTo(texts.stream().filter(Objects::nonNull).toList());
    }

    @Test
    void documentsAndTextFindTheFormatByThemselves() throws IOException {
        new ParquetWriting().texts(dir.resolve("b.PARQUET"), java.util.Arrays.asList("one", null, "two", null));
        Files.writeString(dir.resolve("a.jsonl"), "{\"text\":\"zero\"}\n");
        Files.writeString(dir.resolve("c.txt"), "three");
        Documents documents = Documents.of(dir, "text");
        List<Document> all = new ArrayList<>();
        documents.forEach(all::add);
        assertThat(all).extracting(Document::text).containsExactly("zero", "one", "two", "three");
        assertThat(all.get(2)).isEqualTo(new Document(dir.resolve("b.PARQUET") + ":3", "two", true));
        assertThat(documents.missing()).isEqualTo(2);
        try (Text text = Text.of(dir)) {
            assertThat(text.characters()).isEqualTo("zero\none\ntwo\nthree".length());
            assertThat(text.files()).isEqualTo(3);
            assertThat(text.missing()).isEqualTo(2);
        }
    }

    @Test
    void nestedColumnsAreNamedByTheirPath() throws IOException {
        String schema = "message m { optional group meta { required binary title (STRING); optional binary raw; } repeated binary tags (STRING);"
                + " required binary json (JSON); required int64 n; optional fixed_len_byte_array(4) id; }";
        Path file = new ParquetWriting().rows(dir.resolve("n.parquet"), schema, 20, (g, i) -> {
            if (i % 4 != 0) {
                Group meta = g.addGroup("meta");
                meta.add("title", "title " + i);
                if (i % 3 == 0) meta.add("raw", Binary.fromString("raw " + i));
            }
            for (int t = 0; t < i % 3; t++) g.add("tags", "tag");
            g.add("json", "{\"i\":" + i + "}");
            g.add("n", (long) i);
        });
        assertThat(read(file, "meta.title")).hasSize(15).startsWith("title 1").endsWith("title 19");
        assertThat(read(file, "meta.raw")).containsExactly("raw 3", "raw 6", "raw 9", "raw 15", "raw 18");
        assertThat(read(file, "json")).hasSize(20).contains("{\"i\":7}");
        String choice = "Columns of strings: meta.title, meta.raw, json";
        assertThatThrownBy(() -> read(file, "text")).isInstanceOf(DataException.class).hasMessageContaining("n.parquet: field \"text\": there is no such column").hasMessageContaining(choice);
        assertThatThrownBy(() -> read(file, "n")).isInstanceOf(DataException.class).hasMessageContaining("found INT64").hasMessageContaining(choice);
        assertThatThrownBy(() -> read(file, "tags")).isInstanceOf(DataException.class).hasMessageContaining("lists of");
        assertThatThrownBy(() -> read(file, "id")).isInstanceOf(DataException.class).hasMessageContaining("FIXED_LEN_BYTE_ARRAY");
    }

    @Test
    void whatCannotBeReadIsNamed() throws IOException {
        Path empty = new ParquetWriting().texts(dir.resolve("empty.parquet"), List.of());
        assertThat(read(empty, "text")).isEmpty();
        assertThatThrownBy(() -> Text.of(empty)).isInstanceOf(DataException.class).hasMessageContaining("contains no text");
        Path nulls = new ParquetWriting().texts(dir.resolve("nulls.parquet"), java.util.Arrays.asList(null, null));
        assertThatThrownBy(() -> Text.of(nulls)).isInstanceOf(DataException.class).hasMessageContaining("contains no text");
        Path other = new ParquetWriting().codec(CompressionCodecName.BROTLI).texts(dir.resolve("brotli.parquet"), List.of("a"));
        assertThatThrownBy(() -> read(other, "text")).isInstanceOf(DataException.class).hasMessageContaining("brotli.parquet").hasMessageContaining("zstd");
        Path latin = new ParquetWriting().rows(dir.resolve("latin.parquet"), "message m { required binary text (STRING); }", 3, (g, i) ->
                g.add("text", i < 2 ? Binary.fromString("ok") : Binary.fromConstantByteArray("k\u00e4se".getBytes(StandardCharsets.ISO_8859_1))));
        assertThatThrownBy(() -> read(latin, "text")).isInstanceOf(DataException.class).hasMessageContaining("latin.parquet").hasMessageContaining("row 3: expected UTF-8");
        assertThatThrownBy(() -> FORMAT.open(dir.resolve("absent.parquet"), "text")).hasMessageContaining("absent.parquet does not exist");
        Path text = Files.writeString(dir.resolve("text.parquet"), "this is no table at all");
        assertThatThrownBy(() -> FORMAT.open(text, "text")).isInstanceOf(DataException.class).hasMessageContaining("text.parquet").hasMessageContaining("PAR1");
    }

    /** A row group of 64 MB in a heap of 40. */
    @Test
    void memoryDoesNotGrowWithARowGroup() throws IOException, InterruptedException {
        String line = "abcdefghij".repeat(100);
        int rows = 64_000;
        Path file = new ParquetWriting().rows(dir.resolve("large.parquet"), "message m { required binary text (STRING); }", rows, (g, i) -> g.add("text", i + line));
        assertThat(Files.size(file)).isGreaterThan(60_000_000);
        Process p = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx40m", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED",
                "-cp", System.getProperty("java.class.path"), RowCount.class.getName(), file.toString()).redirectErrorStream(true).start();
        String out = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(p.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(out).contains(rows + " rows");
        assertThat(p.exitValue()).isZero();
    }

    /** Counts the texts of a file. */
    static final class RowCount {
        public static void main(String[] args) {
            int n = 0;
            try (TextRows rows = FORMAT.open(Path.of(args[0]), "text")) {
                for (; rows.hasNext(); n++) rows.next();
            }
            System.out.println(n + " rows");
        }
    }
}
