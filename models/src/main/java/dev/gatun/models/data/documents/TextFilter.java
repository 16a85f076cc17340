package dev.gatun.models.data.documents;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Decides which documents are kept. */
public sealed interface TextFilter {
    /**
     * Why a text is dropped, in a few words that are the same for all texts dropped for that reason; {@code null} when it is
     * kept.
     */
    String reason(String text);

    /**
     * By the number of characters.
     *
     * @param least at least so many
     * @param most at most so many
     */
    record Length(int least, int most) implements TextFilter {
        public Length {
            if (least < 0 || most < least) throw new IllegalArgumentException("lengths from " + least + " to " + most + " are none");
        }

        @Override
        public String reason(String text) {
            int n = text.codePointCount(0, text.length());
            return n < least ? "too short" : n > most ? "too long" : null;
        }
    }

    /**
     * By language ({@link Language}).
     *
     * @param kept codes of the languages to keep, {@code en} for example
     */
    record Languages(Set<String> kept) implements TextFilter {
        public Languages {
            kept = Set.copyOf(kept);
            for (String code : kept) {
                if (!Language.codes().contains(code)) throw new IllegalArgumentException("no language " + code + " is told apart: choose among " + Language.codes());
            }
        }

        @Override
        public String reason(String text) {
            String found = Language.of(text);
            return kept.contains(found) ? null : "language " + found;
        }
    }

    /**
     * By rules that tell prose from menus, tables and noise (after Rae et al., "Scaling language models: methods, analysis
     * and insights from training Gopher", 2021): 50 to 100,000 words of 3 to 10 characters in the mean, at most one symbol
     * ({@code #}, an ellipsis) for ten words, at most nine tenths of the lines with a bullet, at most three tenths ending in an
     * ellipsis, eight of ten words with a letter, and at most three tenths of the characters in lines that stand twice.
     */
    record Quality() implements TextFilter {
        private static final int FEWEST_WORDS = 50;
        private static final int MOST_WORDS = 100_000;

        @Override
        public String reason(String text) {
            List<String> words = List.of(text.strip().split("\\s+"));
            if (words.size() < FEWEST_WORDS) return "few words";
            if (words.size() > MOST_WORDS) return "many words";
            double mean = words.stream().mapToInt(String::length).average().orElse(0);
            if (mean < 3 || mean > 10) return "unusual length of words";
            long symbols = text.chars().filter(c -> c == '#' || c == '\u2026').count() + count(text, "...");
            if (symbols > 0.1 * words.size()) return "symbols";
            if (words.stream().filter(w -> w.codePoints().anyMatch(Character::isLetter)).count() < 0.8 * words.size()) return "few letters";
            return lines(text);
        }

        private static int count(String text, String part) {
            int n = 0;
            for (int at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length())) n++;
            return n;
        }

        private static String lines(String text) {
            List<String> lines = text.lines().map(String::strip).filter(s -> !s.isEmpty()).toList();
            long bullets = lines.stream().filter(s -> s.startsWith("-") || s.startsWith("*") || s.startsWith("\u2022")).count();
            if (bullets > 0.9 * lines.size()) return "bullets";
            long cut = lines.stream().filter(s -> s.endsWith("...") || s.endsWith("\u2026")).count();
            if (cut > 0.3 * lines.size()) return "lines cut short";
            Map<String, Integer> seen = new HashMap<>();
            long repeated = 0;
            long all = 0;
            for (String s : lines) {
                all += s.length();
                if (seen.merge(s, 1, Integer::sum) > 1) repeated += s.length();
            }
            return repeated > 0.3 * all ? "repeated lines" : null;
        }
    }
}
