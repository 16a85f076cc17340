package dev.gatun.models.text;

import java.util.Arrays;

/** Pairs of tokens by count, the most frequent first, and of equal ones the smaller pair first. */
final class PairQueue {
    private long[] counts = new long[1 << 12];
    private long[] pairs = new long[1 << 12];
    private int size;

    boolean isEmpty() {
        return size == 0;
    }

    /** The count of the first pair. */
    long count() {
        return counts[0];
    }

    void push(long count, long pair) {
        if (size == counts.length) {
            counts = Arrays.copyOf(counts, Math.multiplyExact(size, 2));
            pairs = Arrays.copyOf(pairs, Math.multiplyExact(size, 2));
        }
        int i = size++;
        while (i > 0) {
            int up = i - 1 >> 1;
            if (!before(count, pair, counts[up], pairs[up])) break;
            move(up, i);
            i = up;
        }
        set(i, count, pair);
    }

    /** Takes the first pair out. */
    long pop() {
        long first = pairs[0];
        size--;
        long count = counts[size];
        long pair = pairs[size];
        int i = 0;
        for (int child = 1; child < size; child = 2 * i + 1) {
            if (child + 1 < size && before(counts[child + 1], pairs[child + 1], counts[child], pairs[child])) child++;
            if (!before(counts[child], pairs[child], count, pair)) break;
            move(child, i);
            i = child;
        }
        set(i, count, pair);
        return first;
    }

    private static boolean before(long count, long pair, long otherCount, long otherPair) {
        return count > otherCount || count == otherCount && pair < otherPair;
    }

    private void move(int from, int to) {
        set(to, counts[from], pairs[from]);
    }

    private void set(int i, long count, long pair) {
        counts[i] = count;
        pairs[i] = pair;
    }
}
