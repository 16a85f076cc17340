package dev.gatun.models.text;

import java.util.List;

/** Cuts text into pieces; no token reaches over the border of two pieces. */
interface PreTokenizer {
    /** Gets one piece after another. Pieces are never empty. */
    @FunctionalInterface
    interface Pieces {
        void piece(char[] text, int from, int to);
    }

    /**
     * Cuts {@code text[from, to)}, in which no surrogate is alone.
     *
     * @param first whether this is where the user's text starts
     */
    void split(char[] text, int from, int to, boolean first, Pieces out);

    /** The whole text as one piece. */
    static PreTokenizer none() {
        return (text, from, to, first, out) -> out.piece(text, from, to);
    }

    /** Each cutting the pieces of the one before it. */
    static PreTokenizer sequence(List<PreTokenizer> parts) {
        PreTokenizer all = parts.isEmpty() ? none() : parts.getLast();
        for (int i = parts.size() - 2; i >= 0; i--) {
            PreTokenizer head = parts.get(i);
            PreTokenizer tail = all;
            all = (text, from, to, first, out) -> {
                boolean[] start = {first};
                head.split(text, from, to, first, (t, a, b) -> {
                    tail.split(t, a, b, start[0], out);
                    start[0] = false;
                });
            };
        }
        return all;
    }

    /** Puts a space before text that does not start with one. */
    static PreTokenizer prefixSpace() {
        return (text, from, to, first, out) -> {
            if (text[from] == ' ') out.piece(text, from, to);
            else out.piece(prepend(' ', text, from, to), 0, to - from + 1);
        };
    }

    /** {@code text[from, to)} after one more character. */
    static char[] prepend(char c, char[] text, int from, int to) {
        char[] longer = new char[to - from + 1];
        longer[0] = c;
        System.arraycopy(text, from, longer, 1, to - from);
        return longer;
    }
}
