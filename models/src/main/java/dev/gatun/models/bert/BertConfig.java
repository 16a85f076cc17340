package dev.gatun.models.bert;

/**
 * Sizes of an encoder of the BERT family.
 *
 * @param vocabulary number of tokens
 * @param context longest sequence
 * @param segments kinds of segments, 2 for pairs of texts
 * @param layers number of blocks
 * @param heads attention heads per block
 * @param width of the hidden vectors, a multiple of the heads
 * @param hidden width inside the blocks' feed-forward layers
 * @param epsilon of the norms
 * @param pooler whether there is a pooler
 * @param tokenHead whether there is a head that scores masked tokens
 * @param classes number of classes that a head tells apart; 0 for no such head, which needs the pooler
 */
public record BertConfig(int vocabulary, int context, int segments, int layers, int heads, int width, int hidden, double epsilon,
        boolean pooler, boolean tokenHead, int classes) {
    private static final int LARGEST = 1 << 24;

    /** Checks each size; the message names it and its rule. */
    public BertConfig {
        size("vocabulary", vocabulary, 1);
        size("context", context, 1);
        size("segments", segments, 1);
        size("layers", layers, 1);
        size("heads", heads, 1);
        size("width", width, 1);
        size("hidden width", hidden, 1);
        size("classes", classes, 0);
        if (width % heads != 0) throw new IllegalArgumentException("heads must divide width, got heads " + heads + " and width " + width);
        if (!(epsilon > 0 && epsilon < 1)) throw new IllegalArgumentException("the norms' epsilon must lie in (0,1), got " + epsilon);
        if (classes > 0 && !pooler) throw new IllegalArgumentException("a head for classes needs the pooler");
    }

    private static void size(String name, int value, int least) {
        if (value < least || value > LARGEST) {
            throw new IllegalArgumentException(name + " must lie in " + least + ".." + LARGEST + ", got " + value);
        }
    }
}
