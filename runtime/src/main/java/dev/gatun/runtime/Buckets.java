package dev.gatun.runtime;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Sizes to compile for, so that sizes in between are filled up to the next.
 *
 * @param sizes ascending
 */
public record Buckets(List<Integer> sizes) {
    public Buckets {
        sizes = List.copyOf(sizes);
        if (sizes.isEmpty() || sizes.getFirst() < 1) throw new IllegalArgumentException("bucket sizes must be at least 1, got " + sizes);
        for (int i = 1; i < sizes.size(); i++) {
            if (sizes.get(i) <= sizes.get(i - 1)) throw new IllegalArgumentException("bucket sizes must ascend, got " + sizes);
        }
    }

    /** Given sizes, ascending. */
    public static Buckets of(int... sizes) {
        return new Buckets(Arrays.stream(sizes).boxed().toList());
    }

    /** {@code least, 2 least, 4 least ...} up to {@code most}, which is the last whether it is one of them or not. */
    public static Buckets doubling(int least, int most) {
        if (least < 1 || most < least) throw new IllegalArgumentException("buckets from " + least + " to " + most + " hold nothing");
        List<Integer> sizes = new ArrayList<>();
        for (long size = least; size < most; size *= 2) sizes.add((int) size);
        sizes.add(most);
        return new Buckets(sizes);
    }

    /**
     * The smallest size that holds another.
     *
     * @throws IllegalArgumentException when none does; the message names the largest
     */
    public int holding(int size) {
        if (size < 1) throw new IllegalArgumentException("a size must be at least 1, got " + size);
        for (int s : sizes) {
            if (size <= s) return s;
        }
        throw new IllegalArgumentException("size " + size + " does not fit into the largest bucket, " + sizes.getLast());
    }
}
