package dev.gatun.models.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.models.text.ByteTokenizer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextStreamTest {
    private final List<String> pieces = new ArrayList<>();

    /** Sends bytes one by one; returns how many were taken before the text ended. */
    private int send(List<String> stops, byte[] bytes) {
        TextStream stream = new TextStream(new ByteTokenizer(), stops, pieces::add);
        int taken = 0;
        while (taken < bytes.length && stream.accept(bytes[taken] & 255)) taken++;
        stream.end();
        return taken;
    }

    private String text() {
        return String.join("", pieces);
    }

    private static byte[] utf8(String s) {
        return s.getBytes(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "\u00e4\u00f6\u00fc", "\u65e5\u672c\u8a9e", "a\ud83d\ude00b\ud83d\udc69\u200d\ud83d\udcbb", "\u0645\u0631\u062d\u0628\u0627"})
    void noPieceHoldsHalfACharacter(String s) {
        assertThat(send(List.of(), utf8(s))).isEqualTo(utf8(s).length);
        assertThat(text()).isEqualTo(s);
        assertThat(pieces).hasSize(s.codePointCount(0, s.length())).noneMatch(p -> p.contains("\uFFFD"));
    }

    @Test
    void brokenBytesAreReplaced() {
        send(List.of(), new byte[] {'a', (byte) 0xC3, 'b', (byte) 0xE2, (byte) 0x82});
        assertThat(text()).isEqualTo("a\uFFFDb\uFFFD");
    }

    @Test
    void theTextEndsBeforeAStopStringThatSpansTokens() {
        assertThat(send(List.of("END"), utf8("one EN two END three"))).isEqualTo("one EN two EN".length());
        assertThat(text()).isEqualTo("one EN two ");
        assertThat(pieces).noneMatch(p -> p.equals("E")); // held back until it was known not to be the stop
    }

    @Test
    void theFirstOfSeveralStopStringsCounts() {
        send(List.of("\n\n", "User:", "Use"), utf8("answer\nUser: next"));
        assertThat(text()).isEqualTo("answer\n");
        pieces.clear();
        send(List.of("aab"), utf8("aaaab"));
        assertThat(text()).isEqualTo("aa");
        pieces.clear();
        send(List.of("\u20ac"), utf8("5 \u20ac"));
        assertThat(text()).isEqualTo("5 ");
    }

    @Test
    void whatMightHaveBeenAStopStringComesAtTheEnd() {
        send(List.of("STOP"), utf8("no STO"));
        assertThat(text()).isEqualTo("no STO");
        assertThatThrownBy(() -> new TextStream(new ByteTokenizer(), List.of(""), pieces::add)).hasMessageContaining("must not be empty");
    }
}
