package dev.gatun.models.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;

/**
 * Merges the most frequent pair of tokens in a table of words, again and again. Only words that hold the pair are looked
 * at, and only the counts of pairs beside it change.
 */
final class PairMerging {
    private static final int FEW = 4096; // words that are not worth sharing between threads
    private final Map<String, Integer> tokens;
    private final int firstToken;
    private final List<String> names;
    private final ExecutorService pool;
    private final int threads;
    private final int[] symbols; // of all words, one after the other; merging leaves gaps behind them
    private final int[] starts;
    private final int[] lengths;
    private final long[] frequency;
    private final PairCounts pairs = new PairCounts();
    private final PairQueue queue = new PairQueue();

    /**
     * A table of words, each spelled in bytes.
     *
     * @param tokens the 256 bytes, in the order of their numbers; new tokens are added here
     * @param firstToken the number of the first of them
     */
    PairMerging(Map<String, long[]> words, Map<String, Integer> tokens, int firstToken, ExecutorService pool, int threads) {
        this.tokens = tokens;
        this.firstToken = firstToken;
        this.names = new ArrayList<>(tokens.keySet());
        this.pool = pool;
        this.threads = threads;
        int n = words.size();
        starts = new int[n];
        lengths = new int[n];
        frequency = new long[n];
        int[] byteTokens = new int[256];
        for (int b = 0; b < 256; b++) byteTokens[b] = tokens.get(String.valueOf(ByteAlphabet.character(b)));
        IntList all = new IntList(8 * n);
        int w = 0;
        for (Map.Entry<String, long[]> e : words.entrySet()) {
            char[] text = e.getKey().toCharArray();
            byte[] bytes = new byte[3 * text.length];
            starts[w] = all.size();
            lengths[w] = Characters.utf8(text, 0, text.length, bytes);
            frequency[w] = e.getValue()[0];
            for (int i = 0; i < lengths[w]; i++) all.add(byteTokens[bytes[i] & 0xFF]);
            w++;
        }
        symbols = all.toArray();
    }

    /** Merges until the vocabulary is full or no pair is frequent enough. Returns the merges by rank. */
    LongMap run(int vocabulary, int minFrequency) {
        int[] everything = new int[starts.length];
        for (int i = 0; i < everything.length; i++) everything[i] = i;
        change(everything, this::countAll);
        LongMap merges = new LongMap(vocabulary);
        while (firstToken + names.size() < vocabulary && !queue.isEmpty() && queue.count() >= minFrequency) {
            long expected = queue.count();
            long pair = queue.pop();
            long count = pairs.count(pair);
            if (count != expected) {
                // it lost some since it was queued; one that gained some was queued again then
                if (count > 0 && count < expected) queue.push(count, pair);
                continue;
            }
            int left = (int) (pair >>> 32);
            int right = (int) pair;
            String name = names.get(left - firstToken) + names.get(right - firstToken);
            int token = tokens.computeIfAbsent(name, s -> {
                names.add(s);
                return firstToken + names.size() - 1;
            });
            merges.put(pair, LongMap.pair(merges.size(), token));
            change(pairs.take(pair), (word, changes) -> merge(word, left, right, token, changes));
            pairs.clear(pair);
        }
        return merges;
    }

    /** Looks at a word and notes what changes. */
    private interface Look {
        void at(int word, PairCounts changes);
    }

    private void change(int[] words, Look look) {
        int parts = words.length < FEW ? 1 : threads;
        List<Callable<PairCounts>> tasks = new ArrayList<>();
        for (int p = 0; p < parts; p++) {
            int from = (int) ((long) words.length * p / parts);
            int to = (int) ((long) words.length * (p + 1) / parts);
            tasks.add(() -> {
                PairCounts changes = new PairCounts();
                for (int i = from; i < to; i++) look.at(words[i], changes);
                return changes;
            });
        }
        List<PairCounts> all;
        try {
            all = parts == 1 ? List.of(tasks.getFirst().call()) : WordCounts.all(tasks, pool);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        for (PairCounts changes : all) pairs.addAll(changes);
        for (PairCounts changes : all) {
            for (int i = 0; i < changes.size(); i++) {
                long pair = changes.pair(i);
                // what only lost is in the queue with a larger count already
                if (changes.count(pair) > 0) queue.push(pairs.count(pair), pair);
            }
        }
    }

    private void countAll(int word, PairCounts changes) {
        int end = starts[word] + lengths[word];
        for (int i = starts[word]; i + 1 < end; i++) {
            changes.add(LongMap.pair(symbols[i], symbols[i + 1]), frequency[word], word);
        }
    }

    private void merge(int word, int left, int right, int token, PairCounts changes) {
        int start = starts[word];
        int end = start + lengths[word];
        long n = frequency[word];
        int out = start;
        for (int i = start; i < end;) {
            if (symbols[i] != left || i + 1 == end || symbols[i + 1] != right) {
                symbols[out++] = symbols[i++];
                continue;
            }
            if (out > start) {
                changes.add(LongMap.pair(symbols[out - 1], left), -n);
                changes.add(LongMap.pair(symbols[out - 1], token), n, word);
            }
            if (i + 2 < end) {
                changes.add(LongMap.pair(right, symbols[i + 2]), -n);
                changes.add(LongMap.pair(token, symbols[i + 2]), n, word);
            }
            symbols[out++] = token;
            i += 2;
        }
        lengths[word] = out - start;
    }
}
