package dev.gatun.models.text;

import java.util.Arrays;

/**
 * Merges the symbols of one word by rank, lowest rank first and leftmost first among equals, until no pair is left that
 * merges. Holds the room that this needs; one thread uses it at a time.
 */
final class Merger {
    /** Up to this many symbols, looking at all pairs beats keeping them in order. */
    private static final int FEW = 48;

    private final LongMap merges; // (left, right) -> rank << 32 | token
    private int[] symbols = new int[64];
    private int size;
    private long[] found = new long[64]; // merge of the symbol with the one after it, Long.MAX_VALUE for none
    private byte[] bytes = new byte[256];
    private int[] next = new int[0];
    private int[] previous = new int[0];
    private long[] heap = new long[0]; // rank << 32 | place
    private int heapSize;

    Merger(LongMap merges) {
        this.merges = merges;
    }

    void clear() {
        size = 0;
    }

    void add(int symbol) {
        if (size == symbols.length) symbols = Arrays.copyOf(symbols, Math.multiplyExact(size, 2));
        symbols[size++] = symbol;
    }

    /** Room for the UTF-8 of a number of characters. */
    byte[] bytes(int characters) {
        int needed = Math.multiplyExact(characters, 3);
        if (bytes.length < needed) bytes = new byte[needed];
        return bytes;
    }

    /** Number of symbols. */
    int size() {
        return size;
    }

    /** The symbols: {@link #size} of them are set. */
    int[] symbols() {
        return symbols;
    }

    /** Merges what was added. */
    void merge() {
        if (found.length < size) found = new long[symbols.length];
        for (int i = 0; i + 1 < size; i++) found[i] = pair(symbols[i], symbols[i + 1]);
        if (size <= FEW) mergeFew();
        else mergeMany();
    }

    private long pair(int left, int right) {
        long m = merges.get(LongMap.pair(left, right));
        return m < 0 ? Long.MAX_VALUE : m;
    }

    private void mergeFew() {
        while (size > 1) {
            int at = 0;
            long best = found[0];
            for (int i = 1; i + 1 < size; i++) {
                // equal ranks may make different tokens, and then the left pair goes first
                if (found[i] >>> 32 < best >>> 32) {
                    best = found[i];
                    at = i;
                }
            }
            if (best == Long.MAX_VALUE) return;
            symbols[at] = (int) best;
            size--;
            System.arraycopy(symbols, at + 2, symbols, at + 1, size - at - 1);
            System.arraycopy(found, at + 2, found, at + 1, Math.max(0, size - at - 2));
            if (at > 0) found[at - 1] = pair(symbols[at - 1], symbols[at]);
            if (at + 1 < size) found[at] = pair(symbols[at], symbols[at + 1]);
        }
    }

    /** With symbols as a linked list and their pairs in a heap; an entry that no longer fits its place is passed over. */
    private void mergeMany() {
        prepare();
        while (heapSize > 0) {
            long top = pop();
            int at = (int) top;
            long m = found[at];
            if (m == Long.MAX_VALUE || m >>> 32 != top >>> 32) continue;
            int right = next[at];
            symbols[at] = (int) m;
            symbols[right] = -1;
            found[right] = Long.MAX_VALUE;
            next[at] = next[right];
            if (next[at] < size) previous[next[at]] = at;
            look(at);
            if (previous[at] >= 0) look(previous[at]);
        }
        int n = 0;
        for (int i = 0; i < size; i = next[i]) symbols[n++] = symbols[i];
        size = n;
    }

    private void prepare() {
        if (next.length < size) {
            next = new int[symbols.length];
            previous = new int[symbols.length];
        }
        if (heap.length < size) heap = new long[symbols.length];
        heapSize = 0;
        found[size - 1] = Long.MAX_VALUE;
        for (int i = 0; i < size; i++) {
            next[i] = i + 1;
            previous[i] = i - 1;
            if (found[i] != Long.MAX_VALUE) push(found[i] >>> 32 << 32 | i);
        }
    }

    private void look(int at) {
        found[at] = next[at] < size ? pair(symbols[at], symbols[next[at]]) : Long.MAX_VALUE;
        if (found[at] != Long.MAX_VALUE) push(found[at] >>> 32 << 32 | at);
    }

    private void push(long item) {
        if (heapSize == heap.length) heap = Arrays.copyOf(heap, Math.max(64, Math.multiplyExact(heapSize, 2)));
        int i = heapSize++;
        while (i > 0 && heap[i - 1 >> 1] > item) {
            heap[i] = heap[i - 1 >> 1];
            i = i - 1 >> 1;
        }
        heap[i] = item;
    }

    private long pop() {
        long top = heap[0];
        long item = heap[--heapSize];
        int i = 0;
        for (int child = 1; child < heapSize; child = 2 * i + 1) {
            if (child + 1 < heapSize && heap[child + 1] < heap[child]) child++;
            if (heap[child] >= item) break;
            heap[i] = heap[child];
            i = child;
        }
        heap[i] = item;
        return top;
    }
}
