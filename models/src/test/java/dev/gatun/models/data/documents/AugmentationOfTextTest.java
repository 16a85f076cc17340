package dev.gatun.models.data.documents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.models.data.DataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AugmentationOfTextTest {
    private static final int[] IDS = IntStream.range(100, 300).toArray();

    @TempDir
    Path dir;

    @Test
    void dropoutLeavesOutItsShareInOrderTheSameForOneSeed() {
        TokenAugmentation a = new TokenAugmentation(7);
        long kept = IntStream.range(0, 100).mapToLong(row -> a.dropout(IDS, 0.3, row).length).sum();
        assertThat(kept / 20_000.0).isBetween(0.68, 0.72);
        assertThat(a.dropout(IDS, 0.3, 4)).isSorted().isEqualTo(new TokenAugmentation(7).dropout(IDS, 0.3, 4)).isNotEqualTo(a.dropout(IDS, 0.3, 5));
        assertThat(a.dropout(IDS, 0, 1)).isEqualTo(IDS);
        assertThat(a.dropout(new int[] {5}, 0.999, 1)).containsExactly(5);
        assertThat(a.dropout(new int[0], 0.5, 1)).isEmpty();
        assertThatThrownBy(() -> a.dropout(IDS, 1, 1)).hasMessageContaining("[0,1)");
    }

    @Test
    void spansAreHiddenAndAskedFor() {
        TokenAugmentation a = new TokenAugmentation(3);
        int masked = 0;
        int runs = 0;
        for (int row = 0; row < 200; row++) {
            TokenAugmentation.Masked m = a.maskSpans(IDS, 0.15, 1, 50, row);
            assertThat(Arrays.stream(m.labels()).filter(l -> l >= 0).count()).isEqualTo(30);
            for (int i = 0; i < IDS.length; i++) {
                boolean asked = m.labels()[i] != TokenAugmentation.NOT_ASKED;
                assertThat(m.labels()[i]).isEqualTo(asked ? IDS[i] : -1);
                if (!asked) assertThat(m.ids()[i]).isEqualTo(IDS[i]);
                if (m.ids()[i] == 1) masked++;
                if (asked && (i == 0 || m.labels()[i - 1] < 0)) runs++;
            }
        }
        assertThat(masked / 6_000.0).isBetween(0.7, 0.9);
        assertThat(6_000.0 / runs).as("mean length of a span").isGreaterThan(2.5);
        assertThat(a.maskSpans(IDS, 0.15, 1, 50, 9).ids()).isEqualTo(a.maskSpans(IDS, 0.15, 1, 50, 9).ids());
        assertThat(a.maskSpans(new int[0], 0.15, 1, 50, 9).ids()).isEmpty();
        assertThatThrownBy(() -> a.maskSpans(IDS, 0, 1, 50, 1)).hasMessageContaining("(0,1)");
    }

    @Test
    void wordsAreReplacedFromTheTable() throws IOException {
        Synonyms s = Synonyms.read(Files.writeString(dir.resolve("s.tsv"), "# words\nbig\tlarge, huge\n\nhouse\thome\n"));
        assertThat(s.words()).isEqualTo(2);
        assertThat(s.replace("Big house, bigger houses; a $1 house!", 1, 1, 1)).matches("(Large|Huge) home, bigger houses; a \\$1 home!");
        assertThat(s.replace("big house", 0, 1, 1)).isEqualTo("big house");
        String text = "big house ".repeat(500);
        String half = s.replace(text, 0.5, 2, 3);
        assertThat(half).isEqualTo(s.replace(text, 0.5, 2, 3)).isNotEqualTo(s.replace(text, 0.5, 2, 4));
        assertThat(half.split("home", -1).length - 1).isBetween(200, 300);
        assertThat(half).contains("large").contains("huge");
    }

    @ParameterizedTest
    @ValueSource(strings = {"big large", "\tlarge", "big\t , ", "big\tlarge\nBig\thuge", "a\tb\tc", "# nothing"})
    void brokenTablesAreNamed(String content) throws IOException {
        Path file = Files.writeString(dir.resolve("s.tsv"), content);
        assertThatThrownBy(() -> Synonyms.read(file)).isInstanceOf(DataException.class).hasMessageContaining("s.tsv");
    }
}
