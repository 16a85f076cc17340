package dev.gatun.models.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.models.text.ByteTokenizer;
import dev.gatun.models.text.CharTokenizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextTest {
    @TempDir
    Path dir;

    private static String decoded(Text text) {
        try (TokenSequence s = TokenSequence.of(text, new ByteTokenizer())) {
            int[] all = new int[(int) s.length()];
            s.read(0, all, 0, all.length);
            return new ByteTokenizer().decode(all);
        }
    }

    @Test
    void aFolderIsReadInTheOrderOfItsPathsWithoutHiddenFiles() throws IOException {
        Files.createDirectories(dir.resolve("b/c"));
        Files.createDirectories(dir.resolve(".git"));
        Files.writeString(dir.resolve("b/c/x.txt"), "two ");
        Files.writeString(dir.resolve("z.md"), "three");
        Files.writeString(dir.resolve("a.txt"), "\uFEFFone ");
        Files.writeString(dir.resolve("empty"), "");
        Files.writeString(dir.resolve(".hidden"), "no");
        Files.write(dir.resolve(".git/index"), new byte[] {-1});
        try (Text text = Text.of(dir)) {
            assertThat(decoded(text)).isEqualTo("one two three");
            assertThat(text.characters()).isEqualTo(13);
            assertThat(text.files()).isEqualTo(4);
        }
    }

    @Test
    void withoutTextThereIsNothingToTrainOn() throws IOException {
        Path empty = Files.createFile(dir.resolve("empty.txt"));
        assertThatThrownBy(() -> Text.of(empty)).isInstanceOf(DataException.class).hasMessageContaining("empty.txt contains no text");
        assertThatThrownBy(() -> Text.of(dir)).isInstanceOf(DataException.class).hasMessageContaining("contains no text");
        assertThatThrownBy(() -> Text.of(dir.resolve("absent"))).isInstanceOf(DataException.class).hasMessageContaining("does not exist");
    }

    @ParameterizedTest
    @CsvSource({
        "61FF, 0xFF at position 1",
        "61C3, 0xC3 at position 1",
        "E28261, 0x61 at position 2",
        "C080, 0xC0 at position 0",
        "E08080, 0xE0 at position 0",
        "EDA080, 0xED at position 0",
        "F4908080, 0xF4 at position 0",
        "F0808080, 0xF0 at position 0",
        "80, 0x80 at position 0",
    })
    void bytesThatAreNoUtf8AreNamedWithFileAndPosition(String hex, String expected) throws IOException {
        Path file = Files.write(dir.resolve("broken.txt"), HexFormat.of().parseHex(hex));
        assertThatThrownBy(() -> Text.of(file))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("broken.txt is not UTF-8")
                .hasMessageContaining(expected);
    }

    @Test
    void everyCodePointDecodesAsTheJdkDecodesIt() throws IOException {
        StringBuilder all = new StringBuilder();
        for (int c = 1; c <= 0x10FFFF; c += c < 0x900 ? 1 : 37) {
            if (c < 0xD800 || c >= 0xE000) all.appendCodePoint(c);
        }
        Path file = Files.writeString(dir.resolve("all.txt"), all);
        try (Text text = Text.of(file); TokenSequence s = TokenSequence.of(text, text.charTokenizer())) {
            CharTokenizer t = text.charTokenizer();
            int[] tokens = new int[(int) s.length()];
            s.read(0, tokens, 0, tokens.length);
            assertThat(t.decode(tokens)).isEqualTo(all.toString());
        }
    }

    @Test
    void tokensOfAnotherVocabularyAreRefused() {
        try (Text text = Text.of("verse", "abc")) {
            assertThatThrownBy(() -> TokenSequence.of(text, new CharTokenizer("ab")))
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining("verse").hasMessageContaining("U+0063");
        }
    }

    @Test
    void jdkSourcesAreReadInOrderWithoutTheirLicenceComments() throws IOException {
        Path zip = dir.resolve("src.zip");
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
            for (String name : new String[] {"java/util/B", "java/util/A", "java/lang/C", "java/util/deep/D", "java/io/E"}) {
                out.putNextEntry(new ZipEntry("java.base/" + name + ".java"));
                out.write(("/* licence */\npackage p; // " + name + "\n").getBytes(StandardCharsets.UTF_8));
            }
        }
        try (Text text = JdkSources.open(zip)) {
            assertThat(decoded(text)).isEqualTo("package p; // java/lang/C\npackage p; // java/util/A\npackage p; // java/util/B\n");
        }
        assertThatThrownBy(() -> JdkSources.open(dir.resolve("no.zip"))).isInstanceOf(DataException.class).hasMessageContaining("no.zip");
        Path broken = Files.writeString(dir.resolve("broken.zip"), "no zip");
        assertThatThrownBy(() -> JdkSources.open(broken)).isInstanceOf(DataException.class).hasMessageContaining("broken.zip");
    }
}
