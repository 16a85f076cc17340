package dev.gatun.models.text;

import java.util.List;
import java.util.function.IntPredicate;

/** Cuts text at characters of a kind. */
record CharacterSplit(IntPredicate delimiter, SplitBehavior behavior) implements PreTokenizer {
    @Override
    public void split(char[] text, int from, int to, boolean first, Pieces out) {
        SplitBehavior.Parts parts = new SplitBehavior.Parts(from);
        int start = from;
        for (int i = from; i < to;) {
            int c = Characters.at(text, i);
            int next = i + Character.charCount(c);
            if (delimiter.test(c)) {
                parts.add(i, false);
                parts.add(next, true);
                start = next;
            }
            i = next;
        }
        if (start < to) parts.add(to, false);
        parts.emit(behavior, text, from, out);
    }

    /** Words between spaces, and each punctuation sign alone, as BERT cuts. */
    static PreTokenizer bert() {
        return PreTokenizer.sequence(List.of(
                new CharacterSplit(Characters::isSpace, SplitBehavior.REMOVED),
                new CharacterSplit(Characters::isPunctuation, SplitBehavior.ISOLATED)));
    }
}
