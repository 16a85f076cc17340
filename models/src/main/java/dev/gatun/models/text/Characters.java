package dev.gatun.models.text;

/** Classes of characters as the patterns of tokenizers name them: {@code \s}, {@code \p{L}}, {@code \p{N}}, {@code \w}. */
final class Characters {
    static final byte OTHER = 0;
    static final byte SPACE = 1;
    static final byte LETTER = 2;
    static final byte NUMBER = 3;
    private static final byte[] BASIC_PLANE = new byte[1 << 16];

    static {
        for (int c = 0; c < BASIC_PLANE.length; c++) BASIC_PLANE[c] = find(c);
    }

    private Characters() {}

    /** One of the four classes that the patterns tell apart. */
    static byte kind(int codePoint) {
        return codePoint < 1 << 16 ? BASIC_PLANE[codePoint] : find(codePoint);
    }

    private static byte find(int c) {
        if (isSpace(c)) return SPACE;
        return switch (Character.getType(c)) {
            case Character.UPPERCASE_LETTER, Character.LOWERCASE_LETTER, Character.TITLECASE_LETTER,
                    Character.MODIFIER_LETTER, Character.OTHER_LETTER -> LETTER;
            case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER -> NUMBER;
            default -> OTHER;
        };
    }

    /** White space: Unicode's property White_Space, all 25 characters of it. */
    static boolean isSpace(int c) {
        if (c < 0x80) return c == ' ' || c >= 9 && c <= 13;
        return c == 0x85 || c == 0xA0 || c == 0x1680 || c >= 0x2000 && c <= 0x200A || c == 0x2028 || c == 0x2029
                || c == 0x202F || c == 0x205F || c == 0x3000;
    }

    /** A character of words, {@code \w}: letters, marks, decimal digits, connectors, joiners. */
    static boolean isWord(int c) {
        if (Character.isAlphabetic(c) || c == 0x200C || c == 0x200D) return true;
        return switch (Character.getType(c)) {
            case Character.NON_SPACING_MARK, Character.COMBINING_SPACING_MARK, Character.ENCLOSING_MARK,
                    Character.DECIMAL_DIGIT_NUMBER, Character.CONNECTOR_PUNCTUATION -> true;
            default -> false;
        };
    }

    /** Punctuation as BERT has it: every ASCII sign, and Unicode's categories P. */
    static boolean isPunctuation(int c) {
        if (c < 0x80) return c >= '!' && c <= '~' && !Character.isLetterOrDigit(c);
        return switch (Character.getType(c)) {
            case Character.CONNECTOR_PUNCTUATION, Character.DASH_PUNCTUATION, Character.START_PUNCTUATION,
                    Character.END_PUNCTUATION, Character.INITIAL_QUOTE_PUNCTUATION, Character.FINAL_QUOTE_PUNCTUATION,
                    Character.OTHER_PUNCTUATION -> true;
            default -> false;
        };
    }

    /** The text's characters, with U+FFFD in place of each half of a broken surrogate pair. */
    static char[] sound(String text) {
        char[] s = text.toCharArray();
        for (int i = 0; i < s.length; i++) {
            if (!Character.isSurrogate(s[i])) continue;
            if (Character.isHighSurrogate(s[i]) && i + 1 < s.length && Character.isLowSurrogate(s[i + 1])) i++;
            else s[i] = '\uFFFD';
        }
        return s;
    }

    /** The code point at an index, of a text without broken pairs. */
    static int at(char[] s, int i) {
        char c = s[i];
        return Character.isHighSurrogate(c) ? Character.toCodePoint(c, s[i + 1]) : c;
    }

    /** The code point before an index. */
    static int before(char[] s, int i) {
        char c = s[i - 1];
        return Character.isLowSurrogate(c) ? Character.toCodePoint(s[i - 2], c) : c;
    }

    /** Writes characters as UTF-8; the room must be three bytes for each. Returns the number of bytes. */
    static int utf8(char[] s, int from, int to, byte[] out) {
        int n = 0;
        for (int i = from; i < to; i++) {
            int c = s[i];
            if (c < 0x80) {
                out[n++] = (byte) c;
                continue;
            }
            if (Character.isHighSurrogate(s[i])) c = Character.toCodePoint(s[i], s[++i]);
            if (c < 0x800) {
                out[n++] = (byte) (0xC0 | c >> 6);
            } else {
                if (c < 0x10000) {
                    out[n++] = (byte) (0xE0 | c >> 12);
                } else {
                    out[n++] = (byte) (0xF0 | c >> 18);
                    out[n++] = (byte) (0x80 | c >> 12 & 0x3F);
                }
                out[n++] = (byte) (0x80 | c >> 6 & 0x3F);
            }
            out[n++] = (byte) (0x80 | c & 0x3F);
        }
        return n;
    }
}
