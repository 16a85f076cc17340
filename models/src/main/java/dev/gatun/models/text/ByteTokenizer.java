package dev.gatun.models.text;

import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** One token for each byte of UTF-8: 256 tokens, any text. */
public record ByteTokenizer() implements Tokenizer {
    /** Number of tokens. */
    public static final int SIZE = 256;

    @Override
    public String kind() {
        return "byte";
    }

    @Override
    public int vocabulary() {
        return SIZE;
    }

    @Override
    public int[] encode(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int[] tokens = new int[bytes.length];
        for (int i = 0; i < bytes.length; i++) tokens[i] = bytes[i] & 0xFF;
        return tokens;
    }

    @Override
    public byte[] bytes(int token) {
        return new byte[] {(byte) Objects.checkIndex(token, SIZE)};
    }
}
