package dev.gatun.models.text;

/** Pieces of text to tokens. Safe to share between threads. */
sealed interface Model permits Bpe, WordPiece {
    /**
     * Appends the tokens of one piece, {@code text[from, to)}.
     *
     * @param merger the calling thread's room for merging
     */
    void encode(char[] text, int from, int to, Merger merger, IntList out);
}
