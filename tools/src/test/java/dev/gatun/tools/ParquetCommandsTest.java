package dev.gatun.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The optional module is there, and every command that reads texts takes them from a Parquet file. */
class ParquetCommandsTest {
    @TempDir
    Path dir;

    private Path verses;
    private String out = "";
    private String err = "";

    /** 63 rows in two row groups, three of them without a text; 15 are the same. Written by Parquet's own library, by Zstandard. */
    @BeforeEach
    void copy() throws IOException {
        verses = dir.resolve("verses.parquet");
        try (InputStream in = ParquetCommandsTest.class.getResourceAsStream("verses.parquet")) {
            Files.copy(in, verses);
        }
    }

    private int gatun(Object... args) {
        StringWriter o = new StringWriter();
        StringWriter e = new StringWriter();
        int code = Gatun.run(new PrintWriter(o, true), new PrintWriter(e, true), Stream.of(args).map(String::valueOf).toArray(String[]::new));
        out = o.toString();
        err = e.toString();
        return code;
    }

    private void refused(String... expected) {
        assertThat(gatun("clean", "--data", verses, "--field", "body", "--out", dir.resolve("none.jsonl"))).as(err).isEqualTo(2);
        assertThat(err.strip().lines()).hasSize(1);
        assertThat(err).contains(expected).doesNotContain("Exception");
        assertThat(dir.resolve("none.jsonl")).doesNotExist();
    }

    @Test
    void textsAreCleanedTokenizedAndTrainedOn() throws IOException {
        assertThat(gatun("clean", "--data", verses, "--field", "body", "--out", dir.resolve("clean.jsonl"))).as(err).isZero();
        assertThat(out).contains("documents 60", "kept      46", "verses.parquet:5", "skipped   3 rows without text");
        assertThat(Files.readAllLines(dir.resolve("clean.jsonl"))).hasSize(46).contains("{\"text\":\"verse 61 of a poem that nobody wrote\"}");
        Path words = dir.resolve("tokenizer.json");
        assertThat(gatun("tokenizer", "train", "--vocabulary", 270, "--data", verses, "--field", "body", "--out", words)).as(err).isZero();
        assertThat(gatun("tokenize", "--data", verses, "--field", "body", "--tokenizer", words, "--out", dir.resolve("shards"))).as(err).isZero();
        assertThat(out).contains("documents 60 in 1 files", "skipped   3 rows");
        assertThat(gatun("train", "gpt", "--data", verses, "--field", "body", "--layers", 1, "--heads", 2, "--width", 16, "--context", 12, "--batch", 2, "--steps", 2, "--threads", 1,
                "--out", dir.resolve("run"))).as(err).isZero();
        assertThat(out).contains("3 rows without text passed over");
    }

    @Test
    void whatIsBrokenIsNamedInALine() throws IOException {
        byte[] whole = Files.readAllBytes(verses);
        assertThat(gatun("tokenize", "--data", verses, "--out", dir.resolve("shards"))).isEqualTo(2);
        assertThat(err).contains("field \"text\"", "Columns of strings: body");
        Files.write(verses, Arrays.copyOf(whole, whole.length / 2));
        refused("verses.parquet", "PAR1");
        int pages = whole.length - 8 - ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN).getInt(whole.length - 8);
        for (int i = 4; i < pages; i++) whole[i] ^= 0x55;
        Files.write(verses, whole);
        refused("verses.parquet");
    }
}
