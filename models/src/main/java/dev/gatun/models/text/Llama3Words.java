package dev.gatun.models.text;

/**
 * Cuts text as {@link WordPattern#LLAMA3} does.
 *
 * @param digits the longest run of digits that stays together
 */
record Llama3Words(int digits) implements PreTokenizer {
    @Override
    public void split(char[] text, int from, int to, boolean first, Pieces out) {
        int i = from;
        while (i < to) {
            int end = end(text, i, to);
            out.piece(text, i, end);
            i = end;
        }
    }

    private int end(char[] s, int i, int to) {
        int c = Characters.at(s, i);
        if (c == '\'') {
            int length = contraction(s, i, to);
            if (length > 0) return i + length;
        }
        byte kind = Characters.kind(c);
        if (kind == Characters.LETTER) return Gpt2Words.runEnd(s, i, to, kind);
        if (kind == Characters.NUMBER) return numberEnd(s, i, to);
        int next = i + Character.charCount(c);
        byte after = next < to ? Characters.kind(Characters.at(s, next)) : Characters.SPACE;
        // [^\r\n\p{L}\p{N}]?\p{L}+
        if (after == Characters.LETTER && c != '\r' && c != '\n') return Gpt2Words.runEnd(s, next, to, after);
        if (kind == Characters.OTHER) return signsEnd(s, i, to);
        return c == ' ' && after == Characters.OTHER ? signsEnd(s, next, to) : spaceEnd(s, i, to);
    }

    private int numberEnd(char[] s, int i, int to) {
        for (int n = 0; n < digits && i < to; n++) {
            int c = Characters.at(s, i);
            if (Characters.kind(c) != Characters.NUMBER) break;
            i += Character.charCount(c);
        }
        return i;
    }

    /** {@code [^\s\p{L}\p{N}]+[\r\n]*}. */
    private static int signsEnd(char[] s, int i, int to) {
        int end = Gpt2Words.runEnd(s, i, to, Characters.OTHER);
        while (end < to && (s[end] == '\r' || s[end] == '\n')) end++;
        return end;
    }

    /** {@code \s*[\r\n]+|\s+(?!\S)|\s+}: a run of spaces up to its last line end, if it has one. */
    private static int spaceEnd(char[] s, int i, int to) {
        int end = Gpt2Words.runEnd(s, i, to, Characters.SPACE);
        for (int k = end; k > i; k--) {
            if (s[k - 1] == '\r' || s[k - 1] == '\n') return k;
        }
        return end == to || end == i + 1 ? end : end - 1;
    }

    /** Length of {@code 's}, {@code 'RE} and so on, in either case, at a place; 0 for none. */
    private static int contraction(char[] s, int i, int to) {
        if (i + 1 >= to) return 0;
        int next = i + 2 < to ? s[i + 2] | 0x20 : 0;
        return switch (s[i + 1]) {
            case 's', 'S', '\u017F', 't', 'T', 'm', 'M', 'd', 'D' -> 2; // U+017F is a small s when case is ignored
            case 'r', 'R', 'v', 'V' -> next == 'e' ? 3 : 0;
            case 'l', 'L' -> next == 'l' ? 3 : 0;
            default -> 0;
        };
    }
}
