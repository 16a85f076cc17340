package dev.gatun.models.data.documents;

import dev.gatun.models.data.DataException;
import dev.gatun.models.data.shards.ShardWriter;
import dev.gatun.models.text.Tokenizer;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Turns documents into token shards, on several threads; the shards do not depend on their number.
 *
 * @param tokenizer makes the tokens
 * @param separator token behind each document; -1 for none
 * @param threads number of threads
 */
public record ShardTokenizer(Tokenizer tokenizer, int separator, int threads) {
    private static final int BATCH_CHARACTERS = 1 << 18;

    public ShardTokenizer {
        if (separator < -1 || separator >= tokenizer.vocabulary()) throw new IllegalArgumentException("no token has the number " + separator);
        if (threads < 1) throw new IllegalArgumentException("threads must be at least 1, got " + threads);
    }

    /**
     * What was done.
     *
     * @param documents number of documents
     * @param characters in them (UTF-16)
     * @param tokens that were written
     */
    public record Report(long documents, long characters, long tokens) {}

    /**
     * Tokenizes.
     *
     * @param writer gets the tokens, and is finished
     * @throws DataException naming the document when it cannot be read or has a character that the vocabulary lacks
     */
    public Report run(Iterable<Document> documents, ShardWriter writer) throws IOException {
        long count = 0;
        long characters = 0;
        Iterator<Document> left = documents.iterator();
        ArrayDeque<Future<List<int[]>>> ahead = new ArrayDeque<>();
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            try {
                while (left.hasNext() || !ahead.isEmpty()) {
                    while (left.hasNext() && ahead.size() < 2 * threads) {
                        List<Document> batch = new ArrayList<>();
                        for (int size = 0; left.hasNext() && size < BATCH_CHARACTERS; size += batch.getLast().text().length()) {
                            batch.add(left.next());
                            characters += batch.getLast().text().length();
                            if (batch.getLast().ends()) count++;
                        }
                        ahead.add(pool.submit(() -> encode(batch)));
                    }
                    for (int[] row : result(ahead.remove())) writer.add(row);
                }
            } finally {
                ahead.forEach(f -> f.cancel(true));
            }
        }
        writer.finish();
        return new Report(count, characters, writer.written());
    }

    private List<int[]> encode(List<Document> batch) {
        List<int[]> rows = new ArrayList<>();
        for (Document d : batch) {
            try {
                rows.add(tokenizer.encode(d.text()));
            } catch (IllegalArgumentException e) {
                throw new DataException(d.name() + ": " + e.getMessage(), e);
            }
            if (d.ends() && separator >= 0) rows.add(new int[] {separator});
        }
        return rows;
    }

    private static List<int[]> result(Future<List<int[]>> f) {
        try {
            return f.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DataException("interrupted", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException x) throw x;
            throw new IllegalStateException(e.getCause());
        }
    }
}
