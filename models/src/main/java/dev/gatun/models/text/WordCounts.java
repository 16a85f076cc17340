package dev.gatun.models.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/** Counts the words of documents. The counts do not depend on the number of threads, as they are sums. */
final class WordCounts {
    private static final int PART = 1 << 20; // characters
    private final Iterator<String> documents;
    private char[] document = new char[0];
    private int at;

    private WordCounts(Iterator<String> documents) {
        this.documents = documents;
    }

    static Map<String, long[]> count(Iterable<String> documents, PreTokenizer words, ExecutorService pool, int threads) {
        WordCounts source = new WordCounts(documents.iterator());
        List<Callable<Map<String, long[]>>> tasks = new ArrayList<>();
        for (int i = 0; i < threads; i++) tasks.add(() -> source.work(words));
        Map<String, long[]> all = new HashMap<>();
        for (Map<String, long[]> part : all(tasks, pool)) {
            part.forEach((word, n) -> all.computeIfAbsent(word, w -> new long[1])[0] += n[0]);
        }
        return all;
    }

    /** Results of tasks, in their order. */
    static <T> List<T> all(List<Callable<T>> tasks, ExecutorService pool) {
        try {
            List<T> results = new ArrayList<>();
            for (Future<T> f : pool.invokeAll(tasks)) results.add(f.get());
            return results;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("training was interrupted", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException r) throw r;
            if (e.getCause() instanceof Error r) throw r;
            throw new IllegalStateException(e.getCause());
        }
    }

    private Map<String, long[]> work(PreTokenizer words) {
        Map<String, long[]> counts = new HashMap<>();
        for (char[] part = next(); part != null; part = next()) {
            words.split(part, 0, part.length, true,
                    (t, from, to) -> counts.computeIfAbsent(new String(t, from, to - from), w -> new long[1])[0]++);
        }
        return counts;
    }

    /** The next document, or part of a long one, null at the end. Never empty. */
    private synchronized char[] next() {
        while (at == document.length) {
            if (!documents.hasNext()) return null;
            document = Characters.sound(documents.next());
            at = 0;
        }
        int from = at;
        at = end(from);
        return from == 0 && at == document.length ? document : Arrays.copyOfRange(document, from, at);
    }

    /** Where a part ends: behind a line end, or at twice its size where none comes. */
    private int end(int from) {
        if (document.length - from <= 2 * PART) return document.length;
        for (int i = from + PART; i < from + 2 * PART; i++) {
            if (document[i] == '\n') return i + 1;
        }
        int end = from + 2 * PART;
        return Character.isLowSurrogate(document[end]) ? end - 1 : end;
    }
}
