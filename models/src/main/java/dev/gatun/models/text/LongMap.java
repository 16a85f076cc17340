package dev.gatun.models.text;

import java.util.Arrays;

/** A hash table from longs to longs, both 0 or more, in two arrays with open addressing. */
final class LongMap {
    private static final long MIX = 0x9E3779B97F4A7C15L;
    private long[] keys;
    private long[] values;
    private int shift;
    private int size;

    LongMap(int expected) {
        int capacity = Integer.highestOneBit(Math.max(8, Math.multiplyExact(Math.max(4, expected), 2)) - 1) << 1;
        allocate(capacity);
    }

    private void allocate(int capacity) {
        keys = new long[capacity];
        values = new long[capacity];
        Arrays.fill(keys, -1);
        shift = 64 - Integer.numberOfTrailingZeros(capacity);
    }

    /** A pair of tokens as one key. */
    static long pair(int left, int right) {
        return (long) left << 32 | right;
    }

    /** The value of a key, -1 without one. */
    long get(long key) {
        long[] k = keys;
        int mask = k.length - 1;
        for (int i = (int) (key * MIX >>> shift);; i = i + 1 & mask) {
            long found = k[i & mask];
            if (found == key) return values[i & mask];
            if (found == -1) return -1;
        }
    }

    /** Sets the value of a key, in place of an earlier one. */
    void put(long key, long value) {
        if (2 * (size + 1) > keys.length) grow();
        int mask = keys.length - 1;
        int i = (int) (key * MIX >>> shift);
        while (keys[i] != key && keys[i] != -1) i = i + 1 & mask;
        if (keys[i] == -1) {
            keys[i] = key;
            size++;
        }
        values[i] = value;
    }

    int size() {
        return size;
    }

    /** Gets each key with its value, in no order that means something. */
    interface Visitor {
        void accept(long key, long value);
    }

    void forEach(Visitor visitor) {
        for (int i = 0; i < keys.length; i++) {
            if (keys[i] != -1) visitor.accept(keys[i], values[i]);
        }
    }

    private void grow() {
        long[] oldKeys = keys;
        long[] oldValues = values;
        allocate(Math.multiplyExact(keys.length, 2));
        size = 0;
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldKeys[i] != -1) put(oldKeys[i], oldValues[i]);
        }
    }
}
