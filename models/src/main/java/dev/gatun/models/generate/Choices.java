package dev.gatun.models.generate;

import dev.gatun.graph.ops.Philox;

/**
 * The choices of one text, one after another. Knows which tokens have been, and has memory of its own to sort scores in, so
 * that a choice allocates nothing.
 */
public final class Choices {
    private static final int STREAM = 0x73616d70; // "samp"

    private final Sampler sampler;
    private final boolean all;
    private final float[] scores;
    /** Considered tokens: a heap with the likeliest at the end that sorting starts from. */
    private final int[] heap;
    private final double[] weights;
    /** Tokens in prompt or text, each once, and how often each stands in either. */
    private final int[] seen;
    private final int[] inPrompt;
    private final int[] inText;
    private int distinct;
    private long index;

    /**
     * For a text of its own.
     *
     * @param vocabulary number of scores
     */
    public Choices(Sampler sampler, int vocabulary) {
        this.sampler = sampler;
        scores = new float[vocabulary];
        all = sampler.considersAll(vocabulary);
        heap = new int[all ? 0 : vocabulary];
        weights = new double[vocabulary];
        boolean counts = sampler.penalizes();
        seen = new int[counts ? vocabulary : 0];
        inPrompt = new int[seen.length];
        inText = new int[seen.length];
    }

    /** Notes a token of the prompt. */
    public void prompt(int token) {
        note(token, inPrompt);
    }

    private void note(int token, int[] counts) {
        if (seen.length == 0) return;
        if (inPrompt[token] == 0 && inText[token] == 0) seen[distinct++] = token;
        counts[token]++;
    }

    /** The next token, by scores at {@code from}, {@code from + 1} ...; it is then part of the text. */
    public int next(float[] logits, int from) {
        System.arraycopy(logits, from, scores, 0, scores.length);
        penalize();
        int token = sampler.temperature() == 0 ? likeliest() : all ? drawFromAll() : drawFromSome();
        index++;
        note(token, inText);
        return token;
    }

    private void penalize() {
        for (int i = 0; i < distinct; i++) {
            int t = seen[i];
            double s = scores[t];
            s = s > 0 ? s / sampler.repetitionPenalty() : s * sampler.repetitionPenalty();
            if (inText[t] > 0) s -= sampler.presencePenalty() + inText[t] * sampler.frequencyPenalty();
            scores[t] = (float) s;
        }
    }

    /** The first of the largest. */
    private int likeliest() {
        int best = 0;
        for (int i = 1; i < scores.length; i++) {
            if (scores[i] > scores[best]) best = i;
        }
        return best;
    }

    private double draw() {
        long seed = sampler.seed();
        return Philox.uniform((int) seed, (int) (seed >>> 32), STREAM, index);
    }

    private double weight(int token, double most) {
        return Math.exp((scores[token] - most) / sampler.temperature());
    }

    private int drawFromAll() {
        int best = likeliest();
        double sum = 0;
        for (int i = 0; i < scores.length; i++) sum += weights[i] = weight(i, scores[best]);
        double at = draw() * sum;
        for (int i = 0; i < scores.length; i++) {
            at -= weights[i];
            if (at < 0) return i;
        }
        return best;
    }

    /** Takes tokens off a heap, the likeliest first, for as long as they are considered. */
    private int drawFromSome() {
        int left = scores.length;
        for (int i = 0; i < left; i++) heap[i] = i;
        for (int i = left / 2 - 1; i >= 0; i--) sink(i, left);
        int best = heap[0];
        double most = scores[best];
        int mostTaken = sampler.topK() == 0 ? left : Math.min(sampler.topK(), left);
        double sum = 0;
        if (sampler.topP() < 1 && mostTaken == scores.length) {
            for (int i = 0; i < scores.length; i++) sum += weight(i, most);
        }
        boolean known = sum > 0;
        double share = sampler.topP() * sum;
        int taken = 0;
        double mass = 0;
        while (taken < mostTaken && !(known && mass >= share)) {
            double w = weight(heap[0], most);
            if (taken > 0 && w < sampler.minP()) break;
            weights[taken++] = w;
            mass += w;
            int token = heap[0];
            heap[0] = heap[--left];
            heap[left] = token; // taken tokens lie behind the heap, the first one last
            sink(0, left);
        }
        if (!known && sampler.topP() < 1) {
            share = sampler.topP() * mass;
            mass = weights[0];
            int kept = 1;
            while (kept < taken && mass < share) mass += weights[kept++];
            taken = kept;
        }
        double at = draw() * mass;
        for (int i = 0; i < taken; i++) {
            at -= weights[i];
            if (at < 0) return heap[scores.length - 1 - i];
        }
        return best;
    }

    private boolean before(int a, int b) {
        return scores[a] > scores[b] || scores[a] == scores[b] && a < b;
    }

    private void sink(int from, int size) {
        int token = heap[from];
        int i = from;
        while (2 * i + 1 < size) {
            int child = 2 * i + 1;
            if (child + 1 < size && before(heap[child + 1], heap[child])) child++;
            if (!before(heap[child], token)) break;
            heap[i] = heap[child];
            i = child;
        }
        heap[i] = token;
    }
}
