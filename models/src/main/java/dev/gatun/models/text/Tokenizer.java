package dev.gatun.models.text;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Text to token numbers and back. */
public sealed interface Tokenizer permits CharTokenizer, ByteTokenizer, SubwordTokenizer {
    /** Short name, as configuration files and flags have it. */
    String kind();

    /** Number of tokens. */
    int vocabulary();

    /**
     * Tokens of a text.
     *
     * @throws IllegalArgumentException naming a character that the vocabulary does not have
     */
    int[] encode(String text);

    /**
     * The UTF-8 bytes of one token; those of a text are those of its tokens, joined.
     *
     * @throws IndexOutOfBoundsException for a number outside the vocabulary
     */
    byte[] bytes(int token);

    /** The text of tokens. Bytes that are no UTF-8 become U+FFFD. */
    default String decode(int[] tokens) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(tokens.length);
        for (int t : tokens) out.writeBytes(bytes(t));
        return out.toString(StandardCharsets.UTF_8);
    }
}
