package dev.gatun.models.data.documents;

import dev.gatun.graph.ops.Philox;
import java.util.Arrays;

/**
 * Random changes of token rows. Each depends on the seed and the row's number in training alone.
 *
 * @param seed of the run
 */
public record TokenAugmentation(long seed) {
    /** Marks places in labels that are not to be predicted. */
    public static final int NOT_ASKED = -1;

    private static final int DROPOUT = 0x64726F70; // "drop"
    private static final int SPANS = 0x7370616E; // "span"

    /**
     * What a model is to fill in.
     *
     * @param ids with mask tokens
     * @param labels the token that was there, or {@link #NOT_ASKED}
     */
    public record Masked(int[] ids, int[] labels) {}

    private double uniform(int stream, long row, int index) {
        long x = Philox.word((int) row, (int) (row >>> 32), index, stream, (int) seed, (int) (seed >>> 32), 0) & 0xFFFFFFFFL;
        return x * 0x1p-32;
    }

    /** The row without some of its tokens, each left out with a probability; at least one is kept. */
    public int[] dropout(int[] ids, double rate, long row) {
        if (!(rate >= 0 && rate < 1)) throw new IllegalArgumentException("the rate must lie in [0,1), got " + rate);
        int[] kept = new int[ids.length];
        int n = 0;
        for (int i = 0; i < ids.length; i++) {
            if (uniform(DROPOUT, row, i) >= rate) kept[n++] = ids[i];
        }
        return n == 0 ? Arrays.copyOf(ids, Math.min(1, ids.length)) : Arrays.copyOf(kept, n);
    }

    /**
     * Hides spans of tokens (Joshi et al., "SpanBERT", 2020): lengths are geometric with mean 1/0.2, cut at ten, until a share
     * of the row is hidden. A tenth of the spans is left as it is and a tenth replaced by random tokens, as for single tokens
     * in BERT.
     *
     * @param share of tokens to hide, in (0,1)
     * @param mask the token that hides
     * @param vocabulary random tokens are below it
     */
    public Masked maskSpans(int[] ids, double share, int mask, int vocabulary, long row) {
        if (!(share > 0 && share < 1)) throw new IllegalArgumentException("the share must lie in (0,1), got " + share);
        int[] changed = ids.clone();
        int[] labels = new int[ids.length];
        Arrays.fill(labels, NOT_ASKED);
        int wanted = (int) Math.ceil(share * ids.length);
        int hidden = 0;
        int word = 0;
        while (hidden < wanted) {
            int length = 1;
            while (length < 10 && uniform(SPANS, row, word++) >= 0.2) length++;
            length = Math.min(length, wanted - hidden);
            int first = (int) (uniform(SPANS, row, word++) * (ids.length - length + 1));
            double kind = uniform(SPANS, row, word++);
            for (int i = first; i < first + length; i++) {
                if (labels[i] != NOT_ASKED) continue;
                labels[i] = ids[i];
                hidden++;
                if (kind >= 0.2) changed[i] = mask;
                else if (kind >= 0.1) changed[i] = (int) (uniform(SPANS, row, word++) * vocabulary);
            }
        }
        return new Masked(changed, labels);
    }
}
