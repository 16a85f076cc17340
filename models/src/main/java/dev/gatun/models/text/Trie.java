package dev.gatun.models.text;

/** Strings with numbers, found as the longest one that starts at a place. Steps are UTF-16 characters. */
final class Trie {
    static final int ROOT = 0;
    private final LongMap steps = new LongMap(64); // (node, character) -> node
    private final IntList numbers = new IntList(64); // of each node: the string's that ends there, or -1

    Trie() {
        numbers.add(-1);
    }

    /** Adds a string; of two equal ones the later counts. */
    void add(String s, int number) {
        int node = ROOT;
        for (int i = 0; i < s.length(); i++) {
            long key = LongMap.pair(node, s.charAt(i));
            long next = steps.get(key);
            if (next < 0) {
                next = numbers.size();
                steps.put(key, next);
                numbers.add(-1);
            }
            node = (int) next;
        }
        numbers.set(node, number);
    }

    boolean isEmpty() {
        return numbers.size() == 1;
    }

    /** The node that a string leads to, -1 when no string starts so. */
    int node(String s) {
        long node = ROOT;
        for (int i = 0; i < s.length() && node >= 0; i++) node = steps.get(LongMap.pair((int) node, s.charAt(i)));
        return (int) node;
    }

    /** The longest string at a place, as {@code end << 32 | number}; -1 for none. */
    long longest(int start, char[] text, int from, int to) {
        long best = -1;
        long node = start;
        for (int i = from; i < to; i++) {
            node = steps.get(LongMap.pair((int) node, text[i]));
            if (node < 0) break;
            int number = numbers.get((int) node);
            if (number >= 0) best = LongMap.pair(i + 1, number);
        }
        return best;
    }
}
