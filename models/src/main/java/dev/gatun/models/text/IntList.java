package dev.gatun.models.text;

import java.util.Arrays;

/** A growing row of ints. */
final class IntList {
    private int[] items;
    private int size;

    IntList() {
        this(16);
    }

    IntList(int capacity) {
        items = new int[Math.max(4, capacity)];
    }

    void add(int item) {
        if (size == items.length) items = Arrays.copyOf(items, Math.addExact(size, size >> 1));
        items[size++] = item;
    }

    void addAll(int[] from, int count) {
        if (size + count > items.length) items = Arrays.copyOf(items, Math.max(size + count, Math.addExact(size, size >> 1)));
        System.arraycopy(from, 0, items, size, count);
        size += count;
    }

    void addAll(IntList other) {
        addAll(other.items, other.size);
    }

    int get(int index) {
        return items[index];
    }

    void set(int index, int item) {
        items[index] = item;
    }

    int size() {
        return size;
    }

    /** Forgets the items behind the first ones. */
    void cut(int length) {
        size = length;
    }

    int[] toArray() {
        return Arrays.copyOf(items, size);
    }

    int[] toArray(int from) {
        return Arrays.copyOfRange(items, from, size);
    }
}
