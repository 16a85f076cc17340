package dev.gatun.models.text;

import java.util.Map;

/**
 * WordPiece: the longest token that starts a word, then the longest that continues it, and so on; a word that does not
 * come out whole is one unknown token. Devlin et al.: "BERT" (2018).
 */
final class WordPiece implements Model {
    private final Trie tokens = new Trie();
    private final int continuing; // node of the trie behind the prefix, -1 when no token has it
    private final int unknown;
    private final int longest;
    private final WordCache cache = new WordCache();

    /**
     * A model.
     *
     * @param vocabulary number of each token
     * @param prefix of tokens that continue a word
     * @param unknown the token of words that the vocabulary cannot spell
     * @param longest number of characters; longer words are unknown
     */
    WordPiece(Map<String, Integer> vocabulary, String prefix, int unknown, int longest) {
        vocabulary.forEach(tokens::add);
        continuing = tokens.node(prefix);
        this.unknown = unknown;
        this.longest = longest;
    }

    @Override
    public void encode(char[] text, int from, int to, Merger merger, IntList out) {
        int place = cache.place(text, from, to);
        int[] known = place < 0 ? null : cache.get(place, text, from, to);
        if (known != null) {
            out.addAll(known, known.length);
            return;
        }
        int before = out.size();
        word(text, from, to, out);
        if (place >= 0) cache.put(place, text, from, to, out.toArray(before));
    }

    private void word(char[] text, int from, int to, IntList out) {
        int before = out.size();
        boolean spelled = Character.codePointCount(text, from, to - from) <= longest;
        for (int i = from; spelled && i < to;) {
            int node = i == from ? Trie.ROOT : continuing;
            long match = node < 0 ? -1 : tokens.longest(node, text, i, to);
            spelled = match >= 0;
            if (spelled) {
                out.add((int) match);
                i = (int) (match >>> 32);
            }
        }
        if (!spelled) {
            out.cut(before);
            out.add(unknown);
        }
    }
}
