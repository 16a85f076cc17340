package dev.gatun.tools;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.UnmatchedArgumentException;

/** What a mistyped command or flag may have been meant to be. */
final class Spelling {
    private static final int MOST = 3;

    private Spelling() {}

    /** A question to ask; empty when nothing is like what was typed. */
    static String question(UnmatchedArgumentException e) {
        if (e.getUnmatched().isEmpty()) return "";
        String word = e.getUnmatched().getFirst().split("=", 2)[0];
        CommandSpec spec = e.getCommandLine().getCommandSpec();
        TreeSet<String> known = new TreeSet<>(spec.subcommands().keySet());
        if (word.startsWith("-")) {
            known.clear();
            for (OptionSpec o : spec.options()) known.addAll(List.of(o.names()));
        }
        List<String> like = like(word, known);
        return like.isEmpty() ? "" : "Did you mean " + String.join(" or ", like) + "?";
    }

    /** The words nearest to one, at most a third of its letters away, nearest first. */
    static List<String> like(String word, Collection<String> known) {
        int far = Math.max(1, word.length() / 3);
        return known.stream().filter(k -> distance(word, k) <= far).sorted(Comparator.comparingInt(k -> distance(word, k))).limit(MOST).toList();
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
