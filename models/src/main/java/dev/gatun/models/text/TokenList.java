package dev.gatun.models.text;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Byte-level vocabularies that are given as lists of tokens and merges. */
final class TokenList {
    private TokenList() {}

    static Definition definition(Path source, WordPattern words, List<String> tokens, List<String> merges, Map<String, Integer> special) {
        if (tokens.isEmpty() || tokens.size() > Definition.LARGEST_VOCABULARY) {
            throw new TokenizerException(source, "tokens", "expected 1 to " + Definition.LARGEST_VOCABULARY + ", found " + tokens.size());
        }
        Map<String, Integer> vocabulary = new HashMap<>();
        for (String token : tokens) {
            int id = vocabulary.size();
            if (vocabulary.putIfAbsent(token, id) != null) {
                throw new TokenizerException(source, "tokens[" + id + "]", "expected each token once, found \"" + Field.shorten(token) + "\" again");
            }
        }
        LongMap map = new LongMap(merges.size());
        for (int rank = 0; rank < merges.size(); rank++) {
            String merge = merges.get(rank);
            int space = merge.indexOf(' ', 1);
            Integer left = space < 0 ? null : vocabulary.get(merge.substring(0, space));
            Integer right = space < 0 ? null : vocabulary.get(merge.substring(space + 1));
            Integer joined = left == null || right == null ? null : vocabulary.get(merge.substring(0, space) + merge.substring(space + 1));
            if (joined == null) {
                throw new TokenizerException(source, "merges[" + rank + "]", "expected two tokens that make a third, found \""
                        + Field.shorten(merge) + "\"");
            }
            map.put(LongMap.pair(left, right), LongMap.pair(rank, joined));
        }
        return new Definition(source, ByteLevel.settings(words, special, words != WordPattern.GPT2), vocabulary, map);
    }
}
