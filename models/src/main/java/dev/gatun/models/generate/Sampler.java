package dev.gatun.models.generate;

import dev.gatun.graph.ops.Philox;
import java.util.Arrays;

/**
 * Chooses the next token from scores. Choice number {@code i} depends on the scores, the seed and {@code i} alone.
 *
 * @param temperature divides the scores: below 1 favours likely tokens; 0 always takes the likeliest
 * @param topK only the {@code topK} likeliest tokens are considered; 0 for all
 * @param seed of the choices
 */
public record Sampler(double temperature, int topK, long seed) {
    private static final int STREAM = 0x73616d70; // "samp"

    public Sampler {
        if (!(temperature >= 0) || Double.isInfinite(temperature)) {
            throw new IllegalArgumentException("temperature must be a number of at least 0, got " + temperature);
        }
        if (topK < 0) throw new IllegalArgumentException("top-k must be at least 0, got " + topK);
    }

    /**
     * The token chosen.
     *
     * @param logits one score for each token
     * @param index number of the choice in the text
     */
    public int choose(float[] logits, long index) {
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
            if (logits[i] > logits[best]) best = i;
        }
        if (temperature == 0) return best;
        double most = logits[best];
        float least = threshold(logits);
        double[] weights = new double[logits.length];
        double sum = 0;
        for (int i = 0; i < logits.length; i++) {
            weights[i] = logits[i] >= least ? Math.exp((logits[i] - most) / temperature) : 0;
            sum += weights[i];
        }
        double at = Philox.uniform((int) seed, (int) (seed >>> 32), STREAM, index) * sum;
        for (int i = 0; i < weights.length; i++) {
            at -= weights[i];
            if (at < 0) return i;
        }
        return best;
    }

    /** The smallest score among the considered ones; equal scores at the border all count. */
    private float threshold(float[] logits) {
        if (topK == 0 || topK >= logits.length) return Float.NEGATIVE_INFINITY;
        float[] sorted = logits.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length - topK];
    }
}
