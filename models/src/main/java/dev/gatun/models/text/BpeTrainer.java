package dev.gatun.models.text;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Makes a byte-level vocabulary from text: starting from the 256 bytes, the pair of tokens that stands side by side most
 * often becomes a token, again and again. Of pairs that are equally frequent, the one with the smaller left number goes
 * first, then the one with the smaller right number, so that the same text makes the same vocabulary on any number of
 * threads. Numbers: special tokens, bytes, then merged tokens in their order.
 *
 * @param vocabulary number of tokens to reach, special tokens and 256 bytes included; short text may end before
 * @param words how text is cut into words; no token reaches over their borders
 * @param special special tokens, numbered from 0
 * @param minFrequency pairs that stand side by side less often are left alone
 * @param threads number of threads to work with
 */
public record BpeTrainer(int vocabulary, WordPattern words, List<String> special, int minFrequency, int threads) {
    /**
     * A trainer.
     *
     * @throws IllegalArgumentException for a vocabulary too small or too large, or counts below 1, or special tokens
     *     that are empty or given twice
     */
    public BpeTrainer {
        special = List.copyOf(special);
        int least = 256 + special.size();
        if (vocabulary < least || vocabulary > Definition.LARGEST_VOCABULARY) {
            throw new IllegalArgumentException("a vocabulary of " + vocabulary + " tokens: " + least + " (256 bytes and "
                    + special.size() + " special tokens) to " + Definition.LARGEST_VOCABULARY + " can be trained");
        }
        if (minFrequency < 1) throw new IllegalArgumentException("minFrequency is " + minFrequency + ": it must be 1 or more");
        if (threads < 1) throw new IllegalArgumentException("threads is " + threads + ": it must be 1 or more");
        if (special.contains("") || new HashSet<>(special).size() < special.size()) {
            throw new IllegalArgumentException("special tokens " + special + ": each must be given once and not be empty");
        }
    }

    /** A trainer without special tokens, for pairs seen twice or more, on all processors. */
    public static BpeTrainer of(int vocabulary, WordPattern words) {
        return new BpeTrainer(vocabulary, words, List.of(), 2, Runtime.getRuntime().availableProcessors());
    }

    /** With special tokens in place of those it has. */
    public BpeTrainer special(String... tokens) {
        return new BpeTrainer(vocabulary, words, List.of(tokens), minFrequency, threads);
    }

    /** With another number of threads, which changes the time and not the result. */
    public BpeTrainer threads(int count) {
        return new BpeTrainer(vocabulary, words, special, minFrequency, count);
    }

    /** With another smallest frequency. */
    public BpeTrainer minFrequency(int count) {
        return new BpeTrainer(vocabulary, words, special, count, threads);
    }

    /**
     * Trains. Documents longer than two million characters are cut behind line ends; words, and their counts, are all
     * that is kept of them.
     *
     * @param documents texts; read once, and by one thread at a time
     */
    public SubwordTokenizer train(Iterable<String> documents) {
        Map<String, Integer> tokens = new LinkedHashMap<>();
        Map<String, Integer> marks = new HashMap<>();
        for (String s : special) marks.put(s, marks.size());
        for (char c = 0; c < 0x144; c++) {
            // in the order of the characters that bytes are written as
            if (ByteAlphabet.byteOf(c) >= 0) tokens.put(String.valueOf(c), special.size() + tokens.size());
        }
        LongMap merges;
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            Map<String, long[]> counts = WordCounts.count(documents, words.splitter(), pool, threads);
            merges = new PairMerging(counts, tokens, special.size(), pool, threads).run(vocabulary, minFrequency);
        }
        marks.forEach((mark, id) -> {
            // readers of the file count on finding special tokens in the vocabulary
            if (tokens.putIfAbsent(mark, id) != null) {
                throw new IllegalArgumentException("the special token \"" + mark + "\" is a token of the text too: choose another one");
            }
        });
        return new SubwordTokenizer(new Definition(Path.of("trained vocabulary"), ByteLevel.settings(words, marks, false), tokens, merges));
    }
}
