package dev.gatun.models.text;

import java.util.Arrays;

/**
 * Tokens of words seen before. Its size is fixed: a word replaces another one that has the same place. Threads may
 * share it: entries never change, and one that is lost is only computed again.
 */
final class WordCache {
    private static final int LONGEST = 40; // characters: longer words rarely come again
    private static final int BITS = 15;

    private record Entry(char[] word, int[] tokens) {}

    private final Entry[] entries = new Entry[1 << BITS];

    /** Where a word belongs, -1 for one too long to keep. */
    int place(char[] text, int from, int to) {
        if (to - from > LONGEST) return -1;
        int h = to - from;
        for (int i = from; i < to; i++) h = h * 31 + text[i];
        return h * 0x9E3779B9 >>> 32 - BITS;
    }

    /** The tokens of a word, null when they are not here. */
    int[] get(int place, char[] text, int from, int to) {
        Entry e = entries[place];
        if (e == null || e.word.length != to - from) return null;
        char[] word = e.word;
        for (int i = 0; i < word.length; i++) {
            if (word[i] != text[from + i]) return null;
        }
        return e.tokens;
    }

    void put(int place, char[] text, int from, int to, int[] tokens) {
        entries[place] = new Entry(Arrays.copyOfRange(text, from, to), tokens);
    }
}
