package dev.gatun.models.llama;

/**
 * Sizes of a decoder of the Llama family.
 *
 * @param vocabulary number of tokens
 * @param context longest sequence
 * @param layers number of blocks
 * @param heads heads of queries per block
 * @param keyHeads heads of keys and values, a divisor of the heads
 * @param width of the hidden vectors
 * @param headWidth of one head, even; usually {@code width / heads}
 * @param hidden width inside the gated layers
 * @param epsilon of the norms
 * @param rotaryBase wavelength base of the rotary positions
 * @param tied whether the output layer is the token table
 */
public record LlamaConfig(int vocabulary, int context, int layers, int heads, int keyHeads, int width, int headWidth,
        int hidden, double epsilon, double rotaryBase, boolean tied) {
    private static final int LARGEST = 1 << 24;

    /** Checks each size; the message names it and its rule. */
    public LlamaConfig {
        size("vocabulary", vocabulary);
        size("context", context);
        size("layers", layers);
        size("heads", heads);
        size("key heads", keyHeads);
        size("width", width);
        size("width of a head", headWidth);
        size("hidden width", hidden);
        if (heads % keyHeads != 0) {
            throw new IllegalArgumentException("key heads must divide heads, got " + keyHeads + " and " + heads);
        }
        if (headWidth % 2 != 0) throw new IllegalArgumentException("rotary positions need an even width per head, got " + headWidth);
        if ((long) heads * headWidth > LARGEST) throw new IllegalArgumentException(heads + " heads of " + headWidth + " are too wide");
        if (!(epsilon > 0 && epsilon < 1)) throw new IllegalArgumentException("the norms' epsilon must lie in (0,1), got " + epsilon);
        if (!(rotaryBase > 1) || Double.isInfinite(rotaryBase)) {
            throw new IllegalArgumentException("the rotary base must be a number above 1, got " + rotaryBase);
        }
    }

    /**
     * Sizes of a small model with an output layer of its own: heads of {@code width / heads}, gated layers of 8/3 the
     * width rounded up to a multiple of 32.
     */
    public static LlamaConfig of(int vocabulary, int context, int layers, int heads, int keyHeads, int width) {
        if (heads < 1 || width % heads != 0) {
            throw new IllegalArgumentException("heads must divide width, got heads " + heads + " and width " + width);
        }
        int hidden = Math.ceilDiv(8 * width, 3 * 32) * 32;
        return new LlamaConfig(vocabulary, context, layers, heads, keyHeads, width, width / heads, hidden, 1e-5, 10_000, false);
    }

    private static void size(String name, int value) {
        if (value < 1 || value > LARGEST) {
            throw new IllegalArgumentException(name + " must lie in 1.." + LARGEST + ", got " + value);
        }
    }
}
