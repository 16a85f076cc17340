package dev.gatun.models.text;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The visible characters that stand for the 256 bytes in byte-level vocabularies: printable Latin-1 characters for
 * themselves, U+0100 and up for the others in ascending order, as GPT-2 has it.
 */
final class ByteAlphabet {
    private static final char[] CHARACTERS = new char[256];
    private static final short[] BYTES = new short[0x144];

    static {
        Arrays.fill(BYTES, (short) -1);
        int next = 0x100;
        for (int b = 0; b < 256; b++) {
            boolean visible = b >= '!' && b <= '~' || b >= 0xA1 && b <= 0xAC || b >= 0xAE;
            CHARACTERS[b] = (char) (visible ? b : next++);
            BYTES[CHARACTERS[b]] = (short) b;
        }
    }

    private ByteAlphabet() {}

    /** The character of a byte, given as 0..255. */
    static char character(int b) {
        return CHARACTERS[b];
    }

    /** The byte of a character, -1 for one that stands for none. */
    static int byteOf(char c) {
        return c < BYTES.length ? BYTES[c] : -1;
    }

    /** Bytes as characters of the alphabet. */
    static String spell(byte[] bytes, int from, int to) {
        char[] s = new char[to - from];
        for (int i = 0; i < s.length; i++) s[i] = CHARACTERS[bytes[from + i] & 0xFF];
        return new String(s);
    }

    /** The bytes that a token spells; a token with any other character in it stands for its own UTF-8. */
    static byte[] bytes(String token) {
        byte[] out = new byte[token.length()];
        for (int i = 0; i < out.length; i++) {
            int b = byteOf(token.charAt(i));
            if (b < 0) return token.getBytes(StandardCharsets.UTF_8);
            out[i] = (byte) b;
        }
        return out;
    }
}
