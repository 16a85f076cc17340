package dev.gatun.tools;

import java.util.Collection;
import java.util.Comparator;

/** What somebody may have meant by a word that is unknown. */
final class Closest {
    private Closest() {}

    /**
     * A question to end a message with, or nothing.
     *
     * @param word as it was written
     * @param known words that it may have been
     */
    static String question(String word, Collection<String> known) {
        return known.stream().filter(k -> distance(word, k) <= Math.max(1, Math.max(word.length(), k.length()) / 3))
                .min(Comparator.comparingInt((String k) -> distance(word, k)).thenComparing(k -> k))
                .map(k -> "; did you mean " + k + "?").orElse("");
    }

    /** Letters to insert, delete or change (Levenshtein, 1966). */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) row[j] = j;
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int above = row[j];
                row[j] = Math.min(Math.min(row[j - 1], above) + 1, diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1));
                diagonal = above;
            }
        }
        return row[b.length()];
    }
}
