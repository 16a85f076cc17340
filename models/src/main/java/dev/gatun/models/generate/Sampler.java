package dev.gatun.models.generate;

/**
 * How the next token is chosen from scores. Scores are changed in this order: penalties for tokens that have been, division
 * by the temperature, the {@code topK} likeliest, the likeliest that hold a share {@code topP} of the rest's probability,
 * those at least {@code minP} times as likely as the likeliest.
 *
 * @param temperature divides the scores: below 1 favours likely tokens; 0 always takes the likeliest
 * @param topK only the {@code topK} likeliest tokens are considered; 0 for all
 * @param topP only the fewest likeliest tokens that together have this probability, in (0,1]; 1 for all (Holtzman et al., 2020)
 * @param minP only tokens with at least this share of the likeliest one's probability, in [0,1]; 0 for all
 * @param repetitionPenalty divides positive scores of tokens in the prompt or the text so far, and multiplies negative ones;
 *     1 for none (Keskar et al., 2019)
 * @param presencePenalty taken off the score of each token in the text written so far
 * @param frequencyPenalty taken off it once for each time
 * @param seed of the choices: choice number i depends on the scores, the seed and i alone
 */
public record Sampler(
        double temperature, int topK, double topP, double minP, double repetitionPenalty, double presencePenalty,
        double frequencyPenalty, long seed) {
    /** Checks each setting; the message names it and its range. */
    public Sampler {
        if (!(temperature >= 0) || Double.isInfinite(temperature)) {
            throw new IllegalArgumentException("temperature must be a number of at least 0, got " + temperature);
        }
        if (topK < 0) throw new IllegalArgumentException("top-k must be at least 0, got " + topK);
        if (!(topP > 0 && topP <= 1)) throw new IllegalArgumentException("top-p must lie in (0,1], got " + topP);
        if (!(minP >= 0 && minP <= 1)) throw new IllegalArgumentException("min-p must lie in [0,1], got " + minP);
        if (!(repetitionPenalty > 0) || Double.isInfinite(repetitionPenalty)) {
            throw new IllegalArgumentException("the repetition penalty must be a number above 0, got " + repetitionPenalty);
        }
        if (!Double.isFinite(presencePenalty)) {
            throw new IllegalArgumentException("the presence penalty must be a number, got " + presencePenalty);
        }
        if (!Double.isFinite(frequencyPenalty)) {
            throw new IllegalArgumentException("the frequency penalty must be a number, got " + frequencyPenalty);
        }
    }

    /** With temperature and top-k alone. */
    public Sampler(double temperature, int topK, long seed) {
        this(temperature, topK, 1, 0, 1, 0, 0, seed);
    }

    /** Always the likeliest token. */
    public static Sampler greedy() {
        return new Sampler(0, 0, 0);
    }

    /** The same with another seed. */
    public Sampler withSeed(long other) {
        return new Sampler(temperature, topK, topP, minP, repetitionPenalty, presencePenalty, frequencyPenalty, other);
    }

    boolean penalizes() {
        return repetitionPenalty != 1 || presencePenalty != 0 || frequencyPenalty != 0;
    }

    boolean considersAll(int vocabulary) {
        return (topK == 0 || topK >= vocabulary) && topP == 1 && minP == 0;
    }
}
