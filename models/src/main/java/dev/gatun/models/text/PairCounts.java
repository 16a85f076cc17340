package dev.gatun.models.text;

import java.util.Arrays;

/** How often pairs of tokens stand side by side, and in which words they may. */
final class PairCounts {
    private final LongMap slots = new LongMap(64);
    private long[] pairs = new long[64];
    private long[] counts = new long[64];
    private IntList[] words = new IntList[64];

    /** Number of pairs. */
    int size() {
        return slots.size();
    }

    long pair(int slot) {
        return pairs[slot];
    }

    /** The count of a pair, 0 when it was never seen. */
    long count(long pair) {
        long slot = slots.get(pair);
        return slot < 0 ? 0 : counts[(int) slot];
    }

    /** Changes a pair's count. */
    int add(long pair, long change) {
        long found = slots.get(pair);
        if (found >= 0) {
            counts[(int) found] += change;
            return (int) found;
        }
        int slot = slots.size();
        if (slot == pairs.length) {
            pairs = Arrays.copyOf(pairs, 2 * slot);
            counts = Arrays.copyOf(counts, 2 * slot);
            words = Arrays.copyOf(words, 2 * slot);
        }
        slots.put(pair, slot);
        pairs[slot] = pair;
        counts[slot] = change;
        return slot;
    }

    /** Changes a pair's count by its standing in a word. */
    void add(long pair, long change, int word) {
        int slot = add(pair, change);
        IntList w = words[slot];
        if (w == null) words[slot] = w = new IntList(4);
        if (w.size() == 0 || w.get(w.size() - 1) != word) w.add(word);
    }

    /** Adds other counts to these. */
    void addAll(PairCounts other) {
        for (int i = 0; i < other.size(); i++) {
            int slot = add(other.pairs[i], other.counts[i]);
            IntList more = other.words[i];
            if (more == null) continue;
            if (words[slot] == null) words[slot] = more;
            else words[slot].addAll(more);
        }
    }

    /** The words that a pair may stand in, each once, ascending; the pair is gone afterwards. */
    int[] take(long pair) {
        int slot = (int) slots.get(pair);
        int[] all = words[slot] == null ? new int[0] : words[slot].toArray();
        words[slot] = null;
        counts[slot] = 0;
        Arrays.sort(all);
        int n = 0;
        for (int i = 0; i < all.length; i++) {
            if (n == 0 || all[n - 1] != all[i]) all[n++] = all[i];
        }
        return Arrays.copyOf(all, n);
    }

    /** Sets the count of a pair that no word has any more. */
    void clear(long pair) {
        int slot = (int) slots.get(pair);
        counts[slot] = 0;
        words[slot] = null;
    }
}
