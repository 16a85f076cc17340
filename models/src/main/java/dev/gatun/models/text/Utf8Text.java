package dev.gatun.models.text;

import java.nio.charset.StandardCharsets;

/**
 * UTF-8 that may be broken, as text: one U+FFFD for each longest part that starts a character and does not finish it, and
 * for each byte that starts none (the Unicode Standard, section 3.9, "U+FFFD Substitution of Maximal Subparts"). The JDK
 * counts some such parts otherwise.
 */
final class Utf8Text {
    private Utf8Text() {}

    static String of(byte[] bytes) {
        String quick = new String(bytes, StandardCharsets.UTF_8);
        if (quick.indexOf('\uFFFD') < 0) return quick;
        StringBuilder out = new StringBuilder(bytes.length);
        for (int i = 0; i < bytes.length;) {
            int lead = bytes[i] & 0xFF;
            int end = i + 1;
            int needed = i + length(lead);
            int c = lead < 0x80 ? lead : lead & 0x3F >> needed - i - 1;
            while (end < needed && end < bytes.length && fits(lead, end - i, bytes[end] & 0xFF)) c = c << 6 | bytes[end++] & 0x3F;
            out.appendCodePoint(end == needed ? c : 0xFFFD);
            i = end;
        }
        return out.toString();
    }

    /** Bytes of the character that a byte starts; 0 when it starts none. */
    private static int length(int lead) {
        if (lead < 0x80) return 1;
        if (lead < 0xC2 || lead > 0xF4) return 0;
        return lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    }

    /** Whether a byte may stand at a place of a character: the second byte keeps out what is too long, or no character. */
    private static boolean fits(int lead, int place, int b) {
        int from = place > 1 ? 0x80 : lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
        int to = place > 1 ? 0xBF : lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
        return b >= from && b <= to;
    }
}
