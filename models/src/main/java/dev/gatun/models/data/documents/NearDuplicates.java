package dev.gatun.models.data.documents;

import dev.gatun.graph.ops.Philox;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Finds texts that share most of their runs of five words, by MinHash signatures (Broder, 1997) and locality-sensitive
 * hashing: texts that agree in a band of their signatures are compared, and are alike when the estimated Jaccard index of
 * their runs reaches a threshold. Keeps half a kilobyte of each text that is new.
 */
public final class NearDuplicates {
    private static final int HASHES = 128;
    private static final int WORDS = 5;
    private static final int STREAM = 0x6D696E68; // "minh"
    private static final long PRIME = (1L << 61) - 1;

    private final double threshold;
    private final int rows;
    private final long[] factors = new long[HASHES];
    private final long[] terms = new long[HASHES];
    private final List<int[]> signatures = new ArrayList<>();
    private final List<Map<Integer, List<Integer>>> bands = new ArrayList<>();

    /**
     * No texts yet.
     *
     * @param threshold smallest Jaccard index of texts that are alike, in (0,1]
     */
    public NearDuplicates(double threshold) {
        if (!(threshold > 0 && threshold <= 1)) throw new IllegalArgumentException("the similarity must lie in (0,1], got " + threshold);
        this.threshold = threshold;
        rows = rows(threshold);
        for (int i = 0; i < HASHES / rows; i++) bands.add(new HashMap<>());
        for (int i = 0; i < HASHES; i++) {
            factors[i] = 1 + Math.floorMod(random(2 * i), PRIME - 1);
            terms[i] = Math.floorMod(random(2 * i + 1), PRIME);
        }
    }

    private static long random(int i) {
        return (long) Philox.word(i, 0, STREAM, 0, 1, 2, 0) << 32 | Philox.word(i, 0, STREAM, 0, 1, 2, 1) & 0xFFFFFFFFL;
    }

    /** Rows of a band, so that texts somewhat below the threshold are compared too: half of those at {@code (1/bands)^(1/rows)}. */
    private static int rows(double threshold) {
        int best = 1;
        for (int r = 1; r <= HASHES; r *= 2) {
            if (Math.pow((double) r / HASHES, 1.0 / r) <= threshold - 0.1) best = r;
        }
        return best;
    }

    /**
     * Takes a text unless it is like an earlier one.
     *
     * @return whether it is new
     */
    public boolean add(String text) {
        int[] signature = signature(text);
        int[] keys = new int[bands.size()];
        for (int b = 0; b < keys.length; b++) {
            keys[b] = Arrays.hashCode(Arrays.copyOfRange(signature, b * rows, (b + 1) * rows));
            for (int other : bands.get(b).getOrDefault(keys[b], List.of())) {
                if (similarity(signature, signatures.get(other)) >= threshold) return false;
            }
        }
        for (int b = 0; b < keys.length; b++) bands.get(b).computeIfAbsent(keys[b], k -> new ArrayList<>(1)).add(signatures.size());
        signatures.add(signature);
        return true;
    }

    private static double similarity(int[] a, int[] b) {
        int same = 0;
        for (int i = 0; i < HASHES; i++) {
            if (a[i] == b[i]) same++;
        }
        return (double) same / HASHES;
    }

    /** The smallest values of 128 hash functions over all runs of words. */
    private int[] signature(String text) {
        String[] words = text.toLowerCase(Locale.ROOT).split("[^\\p{L}\\p{N}]+");
        long[] least = new long[HASHES];
        Arrays.fill(least, Long.MAX_VALUE);
        int runs = Math.max(1, words.length - WORDS + 1);
        for (int i = 0; i < runs; i++) {
            long run = 1;
            for (int j = i; j < Math.min(words.length, i + WORDS); j++) run = mixed(31 * run + hash(words[j]));
            long x = Math.floorMod(run, PRIME);
            for (int h = 0; h < HASHES; h++) {
                long value = (times(factors[h], x) + terms[h]) % PRIME;
                if (value < least[h]) least[h] = value;
            }
        }
        int[] signature = new int[HASHES];
        for (int h = 0; h < HASHES; h++) signature[h] = Long.hashCode(mixed(least[h]));
        return signature;
    }

    /** {@code a b mod 2^61 - 1}. */
    private static long times(long a, long b) {
        long high = Math.multiplyHigh(a, b);
        long low = a * b;
        long sum = (low & PRIME) + (low >>> 61 | high << 3);
        return sum >= PRIME ? sum - PRIME : sum;
    }

    private static long hash(String word) {
        long h = 0xCBF29CE484222325L; // FNV-1a
        for (int i = 0; i < word.length(); i++) h = (h ^ word.charAt(i)) * 0x100000001B3L;
        return h;
    }

    private static long mixed(long x) {
        long y = (x ^ x >>> 30) * 0xBF58476D1CE4E5B9L;
        y = (y ^ y >>> 27) * 0x94D049BB133111EBL;
        return y ^ y >>> 31;
    }
}
