package dev.gatun.models.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TokenizerTest {
    private static final String TEXT = "aé\u20ac\uD83D\uDE00 b\n";

    @Test
    void charactersRoundTripOutsideTheBasicPlaneToo() {
        CharTokenizer t = CharTokenizer.of(TEXT);
        assertThat(t.vocabulary()).isEqualTo(7);
        assertThat(t.encode("a\uD83D\uDE00")).containsExactly(2, 6);
        assertThat(t.decode(t.encode(TEXT))).isEqualTo(TEXT);
        assertThat(new CharTokenizer(t.characters())).isEqualTo(t).isNotEqualTo(CharTokenizer.of("a"));
    }

    @Test
    void anUnknownCharacterIsNamed() {
        assertThatThrownBy(() -> CharTokenizer.of("ab").encode("abé"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'é' (U+00E9)");
        assertThat(CharTokenizer.of("ab").token('z')).isEqualTo(-1);
        assertThat(CharTokenizer.of("ab").token('A')).isEqualTo(-1);
    }

    @Test
    void aCharacterSetAscendsAndHoldsWholeCharacters() {
        assertThatThrownBy(() -> new CharTokenizer("ba")).hasMessageContaining("ascend");
        assertThatThrownBy(() -> new CharTokenizer("aa")).hasMessageContaining("ascend");
        assertThatThrownBy(() -> new CharTokenizer("")).hasMessageContaining("at least one");
        assertThatThrownBy(() -> new CharTokenizer("\uD83D")).hasMessageContaining("surrogate");
    }

    @Test
    void bytesRoundTripAnyText() {
        ByteTokenizer t = new ByteTokenizer();
        assertThat(t.encode("é")).containsExactly(0xC3, 0xA9);
        assertThat(t.decode(t.encode(TEXT))).isEqualTo(TEXT);
        assertThat(t.decode(new int[] {0xC3})).isEqualTo("\uFFFD");
        assertThatThrownBy(() -> t.bytes(256)).isInstanceOf(IndexOutOfBoundsException.class);
    }
}
