package dev.gatun.models.text;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Finds added tokens in text: at each place the longest one, from left to right. */
final class AddedTokens {
    private final List<AddedToken> all;
    private final Map<Integer, AddedToken> byId = new HashMap<>();
    private final Trie plain = new Trie();
    private final Trie normalized = new Trie();

    AddedTokens(List<AddedToken> all, UnaryOperator<String> normalizer) {
        this.all = List.copyOf(all);
        for (AddedToken t : all) {
            byId.put(t.id(), t);
            if (!t.normalized()) plain.add(t.content(), t.id());
            else normalized.add(normalizer == null ? t.content() : normalizer.apply(t.content()), t.id());
        }
    }

    List<AddedToken> all() {
        return all;
    }

    /** The added token of a number, null for none. */
    AddedToken get(int id) {
        return byId.get(id);
    }

    /** Gets what the search finds: tokens, and the text between them. */
    interface Found {
        void text(char[] text, int from, int to);

        void token(int id);
    }

    /** Looks for the tokens that are found before the text is normalized, for special ones too or not. */
    void find(char[] text, boolean special, Found found) {
        find(plain, text, 0, text.length, special, found);
    }

    /** Looks for the tokens that are found in normalized text. */
    void findNormalized(char[] text, int from, int to, boolean special, Found found) {
        find(normalized, text, from, to, special, found);
    }

    private void find(Trie trie, char[] text, int from, int to, boolean special, Found found) {
        int done = from;
        int i = trie.isEmpty() ? to : from;
        while (i < to) {
            long match = trie.longest(Trie.ROOT, text, i, to);
            if (match < 0) {
                i++;
                continue;
            }
            AddedToken token = byId.get((int) match);
            int start = i;
            int end = (int) (match >>> 32);
            i = end;
            if (token.special() && !special) continue;
            if (token.singleWord() && inWord(text, start, end, from, to)) continue;
            if (token.lstrip()) {
                while (start > done && Characters.isSpace(text[start - 1])) start--;
            }
            if (token.rstrip()) {
                while (end < to && Characters.isSpace(text[end])) end++;
                i = end;
            }
            if (done < start) found.text(text, done, start);
            found.token(token.id());
            done = end;
        }
        if (done < to) found.text(text, done, to);
    }

    private static boolean inWord(char[] text, int start, int end, int from, int to) {
        return start > from && Characters.isWord(Characters.before(text, start))
                || end < to && Characters.isWord(Characters.at(text, end));
    }
}
