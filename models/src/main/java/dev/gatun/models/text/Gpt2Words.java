package dev.gatun.models.text;

/** Cuts text as {@link WordPattern#GPT2} does. */
record Gpt2Words() implements PreTokenizer {
    @Override
    public void split(char[] text, int from, int to, boolean first, Pieces out) {
        int i = from;
        while (i < to) {
            int end = end(text, i, to);
            out.piece(text, i, end);
            i = end;
        }
    }

    private static int end(char[] s, int i, int to) {
        char c = s[i];
        if (c == '\'') {
            int length = contraction(s, i, to);
            if (length > 0) return i + length;
        }
        int word = c == ' ' && i + 1 < to ? i + 1 : i; // " ?" before a word
        byte kind = Characters.kind(Characters.at(s, word));
        if (kind == Characters.SPACE) return spaceEnd(s, i, to);
        return runEnd(s, word, to, kind);
    }

    /** Length of {@code 's}, {@code 're} and so on at a place; 0 for none. */
    private static int contraction(char[] s, int i, int to) {
        if (i + 1 >= to) return 0;
        char next = i + 2 < to ? s[i + 2] : 0;
        return switch (s[i + 1]) {
            case 's', 't', 'm', 'd' -> 2;
            case 'r', 'v' -> next == 'e' ? 3 : 0;
            case 'l' -> next == 'l' ? 3 : 0;
            default -> 0;
        };
    }

    /** End of the characters of one class that start at a place. */
    static int runEnd(char[] s, int i, int to, byte kind) {
        while (i < to) {
            int c = Characters.at(s, i);
            if (Characters.kind(c) != kind) break;
            i += Character.charCount(c);
        }
        return i;
    }

    /** {@code \s+(?!\S)|\s+}: all of a run of spaces but the last, which the next word may want, or a last run whole. */
    static int spaceEnd(char[] s, int i, int to) {
        int end = runEnd(s, i, to, Characters.SPACE);
        return end == to || end == i + 1 ? end : end - 1;
    }
}
