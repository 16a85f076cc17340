package dev.gatun.models.text;

import java.util.Arrays;

/**
 * Writes spaces as a visible character, and cuts before each, as SentencePiece does.
 *
 * @param replacement the visible character, U+2581 nearly always
 * @param scheme where one more is put in front
 * @param split whether to cut at all
 */
record Metaspace(char replacement, Scheme scheme, boolean split) implements PreTokenizer {
    /** Where a space that is not in the text is put in front of it. */
    enum Scheme {
        /** Before every piece between added tokens. */
        ALWAYS,
        /** Where the text starts. */
        FIRST,
        /** Nowhere. */
        NEVER
    }

    @Override
    public void split(char[] text, int from, int to, boolean first, Pieces out) {
        char[] s = Arrays.copyOfRange(text, from, to);
        for (int i = 0; i < s.length; i++) {
            if (s[i] == ' ') s[i] = replacement;
        }
        boolean prepend = scheme == Scheme.ALWAYS || scheme == Scheme.FIRST && first;
        if (prepend && s[0] != replacement) s = PreTokenizer.prepend(replacement, s, 0, s.length);
        if (split) cut(s, out);
        else out.piece(s, 0, s.length);
    }

    private void cut(char[] s, Pieces out) {
        int start = 0;
        for (int i = 1; i <= s.length; i++) {
            if (i == s.length || s[i] == replacement) {
                out.piece(s, start, i);
                start = i;
            }
        }
    }
}
