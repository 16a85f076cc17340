package dev.gatun.models.gpt;

/**
 * Sizes of a GPT.
 *
 * @param vocabulary number of tokens
 * @param context longest sequence
 * @param layers number of blocks
 * @param heads attention heads per block
 * @param width of the hidden vectors, a multiple of the heads
 * @param positions how positions enter
 * @param dropout probability while training, in [0,1)
 */
public record GptConfig(
        int vocabulary, int context, int layers, int heads, int width, Positions positions, double dropout) {
    /** How a token's position enters. */
    public enum Positions {
        /** A table of trained vectors, added to the embedding. */
        LEARNED,
        /** Queries and keys are turned by an angle that grows with the position. */
        ROTARY
    }

    private static final int LARGEST = 1 << 24;

    /** Checks each size; the message names it and its rule. */
    public GptConfig {
        size("vocabulary", vocabulary);
        size("context", context);
        size("layers", layers);
        size("heads", heads);
        size("width", width);
        if (width % heads != 0) {
            throw new IllegalArgumentException("heads must divide width, got heads " + heads + " and width " + width
                    + ": try width " + nearest(width, heads));
        }
        if (positions == Positions.ROTARY && width / heads % 2 != 0) {
            throw new IllegalArgumentException("rotary positions need an even width per head, got " + width / heads);
        }
        if (!(dropout >= 0 && dropout < 1)) throw new IllegalArgumentException("dropout must lie in [0,1), got " + dropout);
    }

    /** Sizes with learned positions and no dropout. */
    public static GptConfig of(int vocabulary, int context, int layers, int heads, int width) {
        return new GptConfig(vocabulary, context, layers, heads, width, Positions.LEARNED, 0);
    }

    private static void size(String name, int value) {
        if (value < 1 || value > LARGEST) {
            throw new IllegalArgumentException(name + " must lie in 1.." + LARGEST + ", got " + value);
        }
    }

    private static int nearest(int width, int heads) {
        return Math.max(1, Math.round((float) width / heads)) * heads;
    }
}
