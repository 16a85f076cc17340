package dev.gatun.tools;

import dev.gatun.models.ready.Closest;
import java.util.List;
import java.util.TreeSet;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.UnmatchedArgumentException;

/** What a mistyped command or flag may have been meant to be. */
final class Spelling {
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
        List<String> like = Closest.to(word, known);
        return like.isEmpty() ? "" : "Did you mean " + String.join(" or ", like) + "?";
    }
}
