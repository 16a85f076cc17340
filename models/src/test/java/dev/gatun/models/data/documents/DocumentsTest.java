package dev.gatun.models.data.documents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.models.data.DataException;
import dev.gatun.models.data.Text;
import dev.gatun.models.data.TextFormats;
import dev.gatun.models.data.shards.ShardSource;
import dev.gatun.models.data.shards.ShardWriter;
import dev.gatun.models.data.shards.ShardedTokens;
import dev.gatun.models.text.BpeTrainer;
import dev.gatun.models.text.ByteTokenizer;
import dev.gatun.models.text.CharTokenizer;
import dev.gatun.models.text.SubwordTokenizer;
import dev.gatun.models.text.WordPattern;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DocumentsTest {
    @TempDir
    Path dir;

    private static List<Document> all(Path path, String field) {
        List<Document> list = new ArrayList<>();
        Documents.of(path, field).forEach(list::add);
        return list;
    }

    @Test
    void linesOfJsonAreDocumentsAndOtherFilesAreOne() throws IOException {
        Files.writeString(dir.resolve("b.jsonl"), "\uFEFF{\"id\": 1, \"body\": \"one\\nline\", \"more\": {\"body\": 2}}\r\n\n{\"body\": \"zwei \u00fc\"}");
        Files.writeString(dir.resolve("a.txt"), "first\nfile\n");
        Files.createFile(dir.resolve("c.txt"));
        Files.writeString(dir.resolve(".hidden"), "no");
        assertThat(all(dir, "body")).containsExactly(
                new Document(dir.resolve("a.txt").toString(), "first\nfile\n", true),
                new Document(dir.resolve("b.jsonl") + ":1", "one\nline", true),
                new Document(dir.resolve("b.jsonl") + ":3", "zwei \u00fc", true));
        try (Text text = Text.of(dir, "body")) {
            assertThat(text.characters()).isEqualTo(11 + 9 + 7);
            assertThat(text.charTokenizer().characters()).contains("\u00fc");
        }
    }

    @Test
    void longFilesComeInPiecesThatEndBehindALine() throws IOException {
        String line = "x".repeat(99) + "\n";
        Path file = Files.writeString(dir.resolve("long.txt"), line.repeat(25_000));
        List<Document> pieces = all(file, "text");
        assertThat(pieces).hasSize(3);
        assertThat(pieces).extracting(Document::ends).containsExactly(false, false, true);
        assertThat(pieces).allMatch(p -> p.text().endsWith("\n"));
        assertThat(pieces.stream().mapToInt(p -> p.text().length()).sum()).isEqualTo(2_500_000);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "{\"text\": \"unfinished | 3: no valid JSON",
        "{\"text\": 5} | 3: field \"text\": expected a string",
        "{\"txt\": \"a\"} | 3: field \"text\": missing",
        "[\"a\"] | 3: expected an object",
        "{\"text\": \"a\"} {\"text\": \"b\"} | 3: expected one object",
        "{\"text\": \"a\", \"text\": \"b\"} | 3: no valid JSON",
        "{\"text\": \"a\\ud\"} | 3: no valid JSON",
        "plain text | 3: no valid JSON",
    })
    void aBrokenLineIsNamedWithItsNumber(String line, String expected) throws IOException {
        Path file = Files.writeString(dir.resolve("bad.jsonl"), "{\"text\": \"good\"}\n\n" + line + "\n{\"text\": \"good\"}\n");
        assertThatThrownBy(() -> all(file, "text")).isInstanceOf(DataException.class).hasMessageContaining("bad.jsonl:" + expected);
        assertThatThrownBy(() -> Text.of(file)).isInstanceOf(DataException.class).hasMessageContaining("bad.jsonl:" + expected);
    }

    @Test
    void whatIsNoTextIsNamed() throws IOException {
        byte[] latin = "{\"text\": \"gr\u00fcn\"}\n".getBytes(StandardCharsets.ISO_8859_1);
        Path lines = Files.write(dir.resolve("latin.jsonl"), latin);
        assertThatThrownBy(() -> all(lines, "text")).isInstanceOf(DataException.class).hasMessageContaining("latin.jsonl:1: expected UTF-8");
        Path plain = Files.write(dir.resolve("latin.txt"), latin);
        assertThatThrownBy(() -> all(plain, "text")).isInstanceOf(DataException.class).hasMessageContaining("latin.txt is not UTF-8");
        assertThatThrownBy(() -> all(dir.resolve("absent"), "text")).isInstanceOf(DataException.class).hasMessageContaining("does not exist");
        Path empty = Files.createDirectory(dir.resolve("empty"));
        assertThatThrownBy(() -> all(empty, "text")).isInstanceOf(DataException.class).hasMessageContaining("no files");
        Path none = Files.createFile(dir.resolve("none.jsonl"));
        assertThat(all(none, "text")).isEmpty();
        assertThatThrownBy(() -> Text.of(none)).isInstanceOf(DataException.class).hasMessageContaining("contains no text");
    }

    private Path corpus(int documents) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < documents; i++) lines.append("{\"text\": \"document number ").append(i).append(" says hello to the others\"}\n");
        return Files.writeString(dir.resolve("corpus.jsonl"), lines);
    }

    @Test
    void shardsHoldTheDocumentsInOrderOnAnyNumberOfThreads() throws IOException {
        Path corpus = corpus(20_000);
        SubwordTokenizer words = BpeTrainer.of(400, WordPattern.GPT2).special("<|end|>").train(Documents.of(corpus, "text").texts());
        int end = words.token("<|end|>");
        for (int threads : new int[] {1, 3}) {
            ShardWriter writer = new ShardWriter(dir.resolve("shards" + threads), words.vocabulary(), 50_000);
            ShardTokenizer.Report r = new ShardTokenizer(words, end, threads).run(Documents.of(corpus, "text"), writer);
            assertThat(r.documents()).isEqualTo(20_000);
            assertThat(r.tokens()).isEqualTo(writer.written()).isGreaterThan(100_000);
        }
        try (var files = Files.list(dir.resolve("shards1"))) {
            for (Path f : files.toList()) {
                assertThat(dir.resolve("shards3").resolve(f.getFileName())).hasSameBinaryContentAs(f);
            }
        }
        try (ShardedTokens t = new ShardedTokens(List.of(new ShardSource(dir.resolve("shards1"), 1)), 200)) {
            int[] ids = new int[200];
            t.draw(1, 1, 0, 1, ids, new int[200]);
            assertThat(ids).contains(end);
            assertThat(words.decode(ids)).contains("<|end|>document number ");
        }
    }

    @Test
    void aCharacterThatTheVocabularyLacksIsNamedWithItsDocument() throws IOException {
        Path corpus = corpus(3);
        ShardWriter writer = new ShardWriter(dir.resolve("s"), 5, 100);
        assertThatThrownBy(() -> new ShardTokenizer(new CharTokenizer("abcde"), -1, 2).run(Documents.of(corpus, "text"), writer))
                .isInstanceOf(DataException.class).hasMessageContaining("corpus.jsonl:1");
        ShardTokenizer.Report r = new ShardTokenizer(new ByteTokenizer(), -1, 1).run(Documents.of(corpus, "text"), new ShardWriter(dir.resolve("b"), 256, 100));
        assertThat(r.tokens()).isEqualTo(r.characters());
    }

    @Test
    void withoutItsLibraryAParquetFileNamesIt() throws IOException {
        Path file = Files.writeString(dir.resolve("a.parquet"), "PAR1");
        TextFormats own = new TextFormats(List.of());
        assertThatThrownBy(() -> own.open(file, "text")).isInstanceOf(DataException.class).hasMessageContaining("a.parquet").hasMessageContaining("dev.gatun:gatun-parquet");
        assertThat(own.open(dir.resolve("a.txt"), "text")).isEmpty();
    }
}
