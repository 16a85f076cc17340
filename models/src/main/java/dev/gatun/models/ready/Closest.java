package dev.gatun.models.ready;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** What somebody may have meant by a word that is unknown. */
public final class Closest {
    private static final int MOST = 3;

    private Closest() {}

    /** The words nearest to one, at most a third of its letters away, nearest first, three at most. */
    public static List<String> to(String word, Collection<String> known) {
        int far = Math.max(1, word.length() / 3);
        return known.stream().filter(k -> distance(word, k) <= far)
                .sorted(Comparator.comparingInt((String k) -> distance(word, k)).thenComparing(k -> k)).limit(MOST).toList();
    }

    /**
     * A question to end a message with, or nothing.
     *
     * @param word as it was written
     * @param known words that it may have been
     */
    public static String question(String word, Collection<String> known) {
        List<String> near = to(word, known);
        return near.isEmpty() ? "" : "; did you mean " + String.join(" or ", near) + "?";
    }

    /** Letters to insert, leave out, replace or exchange with their neighbour (Damerau, 1964), each letter once. */
    static int distance(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    d[i][j] = i + j;
                    continue;
                }
                int same = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                d[i][j] = Math.min(d[i - 1][j - 1] + same, 1 + Math.min(d[i - 1][j], d[i][j - 1]));
                boolean exchanged = i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
                if (exchanged) d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
            }
        }
        return d[a.length()][b.length()];
    }
}
